"""One row per legal rule of the level of authority: what is complained of, who answers, by which law."""

import pytest

from services.routing.rules import Clues, Knowledge, decide
from services.routing.rules.authority import find_authorities
from services.routing.rules.text import normalize
from shared.directory import directory

ROWS = [
    ("Jalan nasional di Empang berlubang", "pupr", "BPJN", "UU 38/2004 pasal 14"),
    ("Jalan provinsi di Kecamatan Batukliang berlubang", "pupr", "NTB.PUPRPERKIM", "UU 38/2004 pasal 15"),
    ("Jalan kabupaten di Kecamatan Woja berlubang", "pupr", "52.05.PUPR", "UU 38/2004 pasal 16"),
    ("Jalan desa di Desa Mertak, Pujut rusak", "pupr", "52.02.DESA", "UU 38/2004 pasal 16; UU 6/2014"),
    ("Bendungan di Moyo Hulu bocor", "pupr", "BWSNT1", "UU 17/2019; PermenPUPR 4/2015"),
    ("Saluran irigasi jebol di Sakra Timur", "pupr", "52.03.PUPR", "UU 17/2019"),
    ("Guru PAUD di Jereweh belum dibayar", "pendidikan", "52.07.DIKBUD", "UU 23/2014 Lampiran A"),
    ("Atap SDN 2 Keruak bocor", "pendidikan", "52.03.DIKBUD", "UU 23/2014 Lampiran A"),
    ("Pungutan seragam di SMP di Labuapi", "pendidikan", "52.01.DIKBUD", "UU 23/2014 Lampiran A"),
    ("Ijazah paket C dari PKBM di Gangga belum keluar", "pendidikan", "52.08.DIKBUD", "UU 23/2014 Lampiran A"),
    ("Guru SMAN 1 Woha jarang mengajar", "pendidikan", "NTB.DIKPORA", "UU 23/2014 Lampiran A"),
    ("SMK di Selong menahan ijazah", "pendidikan", "NTB.DIKPORA", "UU 23/2014 Lampiran A"),
    ("Guru SLB di Praya kurang", "pendidikan", "NTB.DIKPORA", "UU 23/2014 Lampiran A"),
    ("Madrasah di Kopang menarik uang", "agama", "KEMENAG", "UU 23/2014 pasal 10"),
    ("Mahasiswa Unram minta keringanan UKT", "pendidikan", "UNRAM", "UU 12/2012"),
    ("IGD RSUD Provinsi NTB penuh", "rumah_sakit", "NTB.RSUDP", "UU 23/2014 Lampiran B"),
    ("Poli RSUD Dompu antre dari subuh", "rumah_sakit", "52.05.RSUD", "UU 23/2014 Lampiran B"),
    ("Obat kosong di puskesmas Gangga", "kesehatan", "52.08.DINKES", "UU 23/2014 Lampiran B"),
    ("Air PDAM mati di Ampenan", "air_minum", "52.71.PDAM", "PP 54/2017"),
    ("Denda pajak kendaraan di Samsat Praya", "pendapatan_daerah", "NTB.BAPPENDA", "UU 1/2022 pasal 4"),
    ("Tagihan PBB di Gunungsari dobel", "pendapatan_daerah", "52.01.BAPENDA", "UU 1/2022 pasal 4"),
    ("Bikin SIM di Polres Dompu lewat calo", "kepolisian", "POLDA", "UU 2/2002"),
    ("Uji KIR mobil di Gerung dipersulit", "perhubungan", "52.01.DISHUB", "UU 22/2009; UU 23/2014 Lampiran O"),
    ("Bus AKDP di Sumbawa ngebut dan ongkosnya naik", "perhubungan", "NTB.DISHUB", "UU 23/2014 Lampiran O"),
    ("Bus AKAP di Terminal Mandalika menaikkan ongkos", "perhubungan", "BPTD", "UU 23/2014 Lampiran O"),
    ("Angkot di Cakranegara menaikkan ongkos", "perhubungan", "52.71.DISHUB", "UU 22/2009; UU 23/2014 Lampiran O"),
    ("Upah karyawan di Lembar di bawah UMK", "tenaga_kerja", "NTB.DISNAKERTRANS", "UU 23/2014 Lampiran G"),
    (
        "Rekomendasi paspor calon PMI di Disnakertrans Loteng lama",
        "tenaga_kerja",
        "52.02.DISNAKER",
        "UU 18/2017 pasal 41; UU 23/2014 Lampiran G",
    ),
    ("Kartu kuning di Disnaker Kota Mataram lama", "tenaga_kerja", "52.71.DISNAKER", "UU 18/2017 pasal 41"),
    ("Sampah menumpuk di Ampenan", "lingkungan_hidup", "52.71.DLH", "UU 18/2008 pasal 9"),
    ("TPA Kebon Kongok penuh dan bau", "lingkungan_hidup", "NTB.DLHK", "UU 18/2008"),
    ("Pembalakan liar di hutan Sekotong", "kehutanan", "NTB.DLHK", "UU 23/2014 pasal 14"),
    ("Bom ikan di laut Sape", "kelautan_perikanan", "NTB.DKP", "UU 23/2014 pasal 27"),
    ("Galian C tanpa izin di Lenangguar", "esdm", "NTB.ESDM", "UU 23/2014 pasal 14"),
    ("LPG 3 kg langka di Lunyuk", "esdm", "PERTAMINA", "UU 22/2001"),
    ("Cetak KTP di Taliwang lama", "dukcapil", "52.07.DISDUKCAPIL", "UU 24/2013 pasal 8"),
    ("Sertifikat tanah di Sape belum jadi", "pertanahan", "BPN", "Perpres 177/2024"),
]
NAMED = [
    ("Toilet Bandara Lombok kotor", "BANDARA_LOMBOK"),
    ("Parkir di bandara Bima semrawut", "BANDARA_BIMA"),
    ("ITDC belum bayar lahan warga di Kuta Pujut, destinasi Mandalika terganggu", "ITDC"),
    ("Bea Cukai Mataram diam soal rokok ilegal", "BEACUKAI"),
    ("KPP Pratama Praya lambat urus NPWP", "KPP"),
    ("Bawaslu Dompu tidak menindak politik uang", "BAWASLU"),
    ("Santunan Jasa Raharja belum cair", "JASARAHARJA"),
    ("Petugas Lapas Kuripan meminta uang kunjungan", "LAPAS"),
    ("Perawat RS Bhayangkara Mataram kasar", "RSBHAYANGKARA"),
    ("Dokter RSAD Wira Bhakti tidak ada", "RSWIRABHAKTI"),
    ("Internet IndiHome di Selong putus, Telkom tidak datang", "TELKOM"),
]
KNOWLEDGE = Knowledge(directory=directory())


def _agency(text: str) -> str:
    return decide(Clues(text=text, on=directory().known_from), KNOWLEDGE).agency_key


@pytest.mark.parametrize(("text", "affair", "key", "law"), ROWS)
def test_a_rule_of_law_says_who_answers(text: str, affair: str, key: str, law: str) -> None:
    assert _agency(text) == key
    assert find_authorities(normalize(text))[affair].law.startswith(law)


@pytest.mark.parametrize(("text", "key"), NAMED)
def test_a_national_body_answers_when_it_is_named(text: str, key: str) -> None:
    assert _agency(text) == key


def test_a_body_that_only_says_where_does_not_answer() -> None:
    assert _agency("Jalan kabupaten di Gerung rusak, lubangnya depan Kejaksaan Negeri") == "52.01.PUPR"
