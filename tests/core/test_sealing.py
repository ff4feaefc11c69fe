"""What is sealed at the door: too much rather than too little, but not every quarrel over a parking fee."""

import pytest

from shared.core.sealing import must_seal
from tests.growth import grows_in_proportion, processor_seconds

BRIBERY = [
    "Oknum petugas minta uang kalau mau berkasnya cepat",
    "Petugas di loket meminta sejumlah uang agar KTP cepat jadi",
    "Saya diminta bayar 500 ribu oleh pegawai kelurahan supaya suratnya ditandatangani",
    "Kami dimintai uang oleh oknum kades setiap urus surat tanah",
    "Harus kasih uang pelicin dulu baru izinnya keluar",
    "Ada yang menyuap panitia lelang proyek jalan",
    "Pak camat menerima suap dari pengembang",
    "calo bilang ada jatah buat orang dalam, ini jelas sogokan",
    "Kepala sekolah menerima gratifikasi dari penerbit",
    "bayar jabatan 50 juta biar jadi kepala seksi",
    "Oknum polisi narik duit di jalan, katanya uang rokok",
    "PUNGLI DI PELABUHAN, TOLONG DITINDAK",
    "pungutan\nliar di sekolah anak saya",
    "Guru minta setoran tiap bulan ke murid",
    "pegawai samsat minta imbalan supaya tidak antre",
    "oknum polisi minta Rp 500 ribu",
    "kades minta 500rb",
    "Kadesnya minta 500.000 per kepala keluarga",
    "camat minta 2 juta supaya surat keluar",
    "kami diminta lima ratus ribu oleh perangkat desa",
    "polantas narik 200k tiap pagi",
    "Kadus pungut Rp50.000 untuk setiap kartu",
]
CORRUPTION = [
    "Dana desa dikorupsi kades, pembangunan tidak ada",
    "Dugaan korupsi pengadaan alat kesehatan",
    "Bantuan sosial diselewengkan oleh perangkat desa",
    "Ada penyelewengan dana BOS di sekolah ini",
    "Uang koperasi pegawai digelapkan bendahara dinas",
    "Perjalanan dinas fiktif setiap bulan",
    "proyek drainase itu di mark up dua kali lipat",
    "Dana BLT ditilep kepala dusun",
    "Penerimaan honorer penuh KKN",
    "Bantuan sosial untuk desa kami disunat perangkat desa",
    "Pejabat itu menyalahgunakan wewenang untuk keluarganya",
    "Bansos dipotong 100 ribu per orang oleh kadus",
    "pak kades korup",
    "dana desa dimakan kades",
    "bantuan untuk warga habis dimakan perangkat desa",
    "bendahara makan uang kas desa",
    "Honor guru ngaji dipotong kadus",
    "insentif kami disunat bendahara",
    "tanah desa dijual kades",
    "SPPD fiktif di kantor camat",
    "gaji honorer fiktif",
    "sipir minta setoran supaya bisa besuk",
    "mobil dinas dipakai mudik",
    "ASN bolos tiap hari Jumat",
]
ABUSE = [
    "Guru melecehkan murid perempuan di kelas",
    "Anak saya dipukul oleh guru olahraga",
    "Kadus memukul warga yang protes",
    "Oknum polisi mengancam saya supaya tidak melapor",
    "Saya diancam oknum kades setelah protes",
    "Pegawai dinas melakukan pelecehan terhadap mahasiswi magang",
    "Mau melapor lewat WBS, identitas saya mohon dijaga",
    "saya whistleblower di kantor bupati",
]
OPEN = [
    "Petugas parkir resmi menaikkan tarif, mahal sekali",
    "Minta uang parkir resmi diturunkan, terlalu mahal",
    "Jalan rusak parah di depan pasar Masbagik",
    "Polisi tidur di depan sekolah terlalu tinggi dan mengancam keselamatan pengendara",
    "Pohon besar dekat kantor dinas mengancam rumah warga, mohon dipotong petugas",
    "Mahasiswa KKN Unram di desa kami butuh bantuan air bersih",
    "Posko KKN tematik belum dapat izin",
    "Jembatan mau ambruk, mengancam nyawa anak sekolah",
    "ATM tidak bisa tarik uang sejak kemarin di Praya",
    "Mohon bantuan min, pohon di pinggir jalan minta dipotong",
    "Kepada dinas terkait, mohon lampu jalan diperbaiki, kami selalu bayar pajak",
    "Pedagang jeruk peras memakai bahu jalan",
    "Balita belum mau disuapi, posyandu tutup",
    "Saya sudah bayar pajak kendaraan tapi belum terdata",
    "Mohon bantuan dana untuk perbaikan rumah roboh",
    "Kepala saya pusing, puskesmas tutup",
    "Listrik padam dan pegawai PLN tidak menjawab telepon",
    "Guru di SD kami kurang, mohon ditambah",
    "Bantuan sosial belum saya terima tahun ini",
    "Sampah menumpuk, petugas kebersihan tidak datang",
    "Beras bantuan tidak layak dimakan, berkutu",
    "Padi dari bantuan dinas habis dimakan tikus",
    "Honor saya belum dibayar tiga bulan",
    "Anak saya bolos sekolah, guru mohon membantu",
    "kendaraan dinas kebersihan rusak",
    "beras dijual mahal di pasar",
    "Tarif parkir 5 ribu di pasar terlalu mahal",
    "Petugas tidak datang, sudah rugi 2 juta karena banjir",
    "Mohon 2 petugas dan 10 ribu masker untuk desa kami",
    "",
]


@pytest.mark.parametrize("text", BRIBERY + CORRUPTION + ABUSE)
def test_a_report_of_bribery_corruption_or_abuse_is_sealed(text):
    assert must_seal(text)
    assert must_seal(f"Selamat pagi min.\n\n{text.upper()}!!! Mohon ditindak.")


@pytest.mark.parametrize("text", OPEN)
def test_an_ordinary_complaint_is_not(text):
    assert not must_seal(text)


@pytest.mark.parametrize(
    "text",
    [
        "pung\u200bli di pelabuhan",
        "pung\u00adli di pelabuhan",
        "".join(chr(ord(letter) + 0xFEE0) for letter in "PUNGLI"),
        "p\u0332u\u0332n\u0332g\u0332l\u0332i\u0332 di pelabuhan",
        "púnglí di pelabuhan",
        "kades\u200b minta\u00a0\uff15\uff10\uff10\u2060rb",
    ],
)
def test_no_unseen_or_strange_letter_keeps_a_report_open(text):
    assert must_seal(text)


def test_each_of_several_texts_is_judged():
    assert must_seal("Tolong dicek", "", "kantor desa, kadesnya korup")
    assert not must_seal("Minta uang parkir diturunkan", "depan kantor dinas")
    assert not must_seal()


def test_words_at_the_very_end_of_a_long_text_seal():
    assert must_seal("jalan rusak " * 10_000 + "kades minta 500rb")


@pytest.mark.parametrize(
    "text",
    [
        "guru " * 2000,
        "minta uang " * 900,
        "minta " * 1600,
        "minta " + "1" * 10_000,
        "minta 1" + ",." * 5000,
        "oknum " * 1600,
        "dana " * 2000,
        "mengancam " * 1000,
        "a" * 10_000,
        "a" + "\u0300\u0327" * 5000,
        "\ufdfa" * 10_000,
        " \n" * 5000,
    ],
)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(text):
    assert grows_in_proportion(must_seal, text)


@pytest.mark.parametrize("text", ["jalan di desa kami rusak parah " * 130_000, "é" * 2_000_000, "\uff41" * 1_300_000])
def test_megabytes_are_judged_in_a_moment(text):
    assert not must_seal(text)
    assert processor_seconds(lambda: must_seal(text)) < 1
