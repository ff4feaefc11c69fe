"""Which kind of writing a text is: in doubt, a complaint."""

import pytest

from services.routing.rules.kind import find_kind
from services.routing.rules.text import normalize
from shared.events import KIND_WORDS
from tests.growth import grows_in_proportion

TEXTS = {
    "pengaduan": [
        "Jalan di dusun kami berlubang besar",
        "Kapan jalan ini diperbaiki?",
        "Rumah saya sudah diusulkan bedah rumah, sampai sekarang belum disurvei",
        "Sesuai saran petugas saya ke kelurahan, ternyata kosong",
        "Usulan saya tidak diproses di dinas perumahan",
        "Harapan kami nama ibu dimasukkan lagi",
        "Harus kemana lagi kami mengadu, semua menolak",
        "Iuran lunas, mengapa dikenakan denda? Mohon penjelasan",
        "Kenapa PKH saya belum cair?",
        "air PDAM mati tiga hari, bagaimana ini",
        "Sampah di pasar menumpuk sampai bau",
        "mau tanya kapan lampu jalan yang padam itu diperbaiki",
        "Bantuan beras untuk ibu saya tidak pernah datang",
        "sampai kapan kami minum air keruh",
        "Nama kami dicoret dari daftar penerima",
        "Saran saya perbaiki dulu jalan yang rusak dan berlubang ini, selokannya juga tersumbat",
        "terima kasih, tapi lampunya padam lagi",
        "pupuk",
        "Mengapa tidak ada dokter di puskesmas?",
    ],
    "permintaan_informasi": [
        "Bagaimana cara mengurus KTP hilang?",
        "gimana cara daftar BPJS",
        "jam buka Samsat Praya?",
        "Apa saja syarat pindah domisili ke Mataram?",
        "berapa biaya balik nama motor",
        "Mohon info lowongan di RSUD",
        "Numpang tanya, kantor Dukcapil buka jam berapa",
        "di mana mengurus kartu kuning",
        "berembe cara ngurus akta lahir",
        "Izin bertanya, dokumen apa yang perlu dibawa untuk nikah",
        "apakah bisa bayar pajak motor lewat bank",
        "Minta nomor telepon puskesmas Narmada",
        "Kapan pendaftaran sekolah dimulai?",
    ],
    "aspirasi": [
        "Usul agar ada taman bermain di Selong",
        "Harapan kami ada rambu penyeberangan di depan madrasah",
        "Saran saya, pasar dibuka sampai malam",
        "Mohon dibangun jembatan gantung ke dusun seberang",
        "alangkah baiknya ada perpustakaan keliling",
        "mohon diadakan pelatihan menjahit untuk ibu-ibu",
        "Kami berharap ada lapangan bola di desa",
        "sebaiknya ada halte di depan kampus",
        "Semoga ada bus sekolah untuk anak Sembalun",
        "tolong dibuatkan taman kecil di kelurahan kami",
        "Mengusulkan festival budaya tiap tahun",
        "mohon pengadaan komputer untuk karang taruna",
        "Sekadar masukan, tambah jadwal bus malam",
    ],
    "pengaduan_pengawasan": [
        "Banyak calo di depan kantor Samsat",
        "Petugas loket membentak ibu saya",
        "Pelayanan dukcapil tidak profesional",
        "Surat diterbitkan tidak sesuai prosedur",
        "pegawai kelurahan main hp waktu ada warga antre",
        "Ini maladministrasi, berkas kami sengaja ditahan",
        "Perawat kasar sekali kepada pasien",
        "kades jarang masuk kantor",
        "Pembagian bantuan pilih kasih",
        "Guru sering bolos mengajar",
        "Penundaan berlarut atas permohonan izin kami",
        "panitia punya konflik kepentingan",
    ],
    "bukan_pengaduan": [
        "Terima kasih banyak",
        "halo min",
        "tes",
        "Assalamualaikum, selamat pagi",
        "mantap NTB Care",
        "PROMO SPESIAL hari ini, order sekarang",
        "Slot gacor gampang menang",
        "Selamat Idul Fitri, maaf lahir batin ya admin",
        "p",
        "makasih kak, sehat selalu",
        "jasa followers murah",
        "",
    ],
}
ROWS = [(kind, text) for kind, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), ROWS)
def test_every_kind_is_known_by_its_words(kind, text):
    found = find_kind(normalize(text), sealed=False)
    assert found.kind == kind
    assert 0 < found.confidence <= 1
    assert found.reason.startswith(f"Jenis: {KIND_WORDS[kind]}")


@pytest.mark.parametrize(("kind", "text"), ROWS)
def test_case_marks_greeting_and_stretched_letters_change_no_kind(kind, text):
    for changed in (text.upper(), f"{text}!!!", f"Selamat pagi min, {text}", text.replace("i", "iiii")):
        assert find_kind(normalize(changed), sealed=False).kind == kind


def test_what_is_sealed_is_whistleblowing_and_quotes_nothing():
    found = find_kind(normalize("Bagaimana cara melapor calo"), sealed=True)
    assert (found.kind, found.phrases) == ("whistleblowing", ())
    assert "calo" not in found.reason


def test_a_long_text_takes_time_in_proportion():
    assert grows_in_proportion(lambda text: find_kind(normalize(text), sealed=False), "kenapa bagaimana cara " * 400)
