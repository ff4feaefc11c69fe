"""How urgent a matter is: danger now, a service or a right at stake, or neither."""

import pytest

from services.routing.rules.text import normalize
from services.routing.rules.urgency import find_urgency
from shared.events import URGENCY_WORDS
from tests.growth import grows_in_proportion

TEXTS = {
    "mendesak": [
        "Jembatan ambruk di Sekotong",
        "Kabel listrik menjuntai di depan sekolah",
        "Kebakaran di pasar sekarang",
        "ada kebakaran rumah, tolong",
        "Banjir bandang di desa kami",
        "Pasien ditolak di IGD",
        "Anak tetangga hilang sejak sore",
        "istri tetangga sedang dipukuli suaminya",
        "Tiang listrik roboh ke jalan",
        "Keracunan massal siswa SD setelah makan siang",
        "Dua warga tertimbun longsor",
        "kebakaran sejak kemarin belum padam",
        "Jembatan putus sejak minggu lalu",
        "butuh ambulans, korban tergeletak di jalan",
    ],
    "penting": [
        "Tiang listrik keropos takut roboh",
        "Air PDAM mati sudah empat hari",
        "listrik padam dari pagi",
        "PKH kami belum cair",
        "Gaji guru honorer belum dibayar tiga bulan",
        "Pendaftaran sekolah ditutup lusa, akun tidak bisa dibuka",
        "banyak warga kena demam berdarah",
        "Lampu merah di simpang empat mati",
        "Jalan berlubang, sering kecelakaan",
        "obat di puskesmas kosong",
        "Jembatan hampir ambruk",
        "tiang listrik miring takut roboh, berbahaya",
        "Upah saya tidak dibayar perusahaan",
        "pupuk subsidi langka",
    ],
    "biasa": [
        "Gang sempit, ketika ada kebakaran mobil susah masuk",
        "Tawuran remaja tiap malam di lapangan",
        "Lampu taman mati satu",
        "Cat trotoar pudar",
        "Sampah menumpuk di pasar",
        "Tarif parkir mahal",
        "tidak ada kebakaran, hanya asap dapur",
        "Jangan seperti kebakaran jenggot",
        "Tahun lalu ada kebakaran di pasar",
        "takut terjadi kebakaran karena ada sampah kering",
        "Simulasi kebakaran di kantor bupati",
        "Mobil pemadam kebakaran sudah tua",
        "Tetangga membakar sampah tiap sore",
        "Antrean KTP panjang",
        "Kalau kebakaran, selang air tidak sampai",
    ],
}
ROWS = [(urgency, text) for urgency, texts in TEXTS.items() for text in texts]


def urgency_of(text: str, *, emergency: bool = False, kind: str = "pengaduan") -> str:
    return find_urgency(normalize(text), emergency=emergency, kind=kind).urgency


@pytest.mark.parametrize(("urgency", "text"), ROWS)
def test_every_urgency_is_known_by_its_words(urgency, text):
    found = find_urgency(normalize(text), emergency=False, kind="pengaduan")
    assert found.urgency == urgency
    assert found.reason.startswith(f"Urgensi: {URGENCY_WORDS[urgency]}")


@pytest.mark.parametrize(("urgency", "text"), ROWS)
def test_case_marks_greeting_and_stretched_letters_change_no_urgency(urgency, text):
    for changed in (text.upper(), f"{text}!!!", f"Selamat pagi min, {text}", text.replace("i", "iiii")):
        assert urgency_of(changed) == urgency


def test_what_intake_marked_as_an_emergency_is_mendesak():
    assert urgency_of("tolong", emergency=True, kind="bukan_pengaduan") == "mendesak"


@pytest.mark.parametrize("kind", ["permintaan_informasi", "aspirasi", "bukan_pengaduan"])
def test_a_question_or_a_proposal_is_biasa(kind):
    assert urgency_of("Kebakaran dan listrik padam", kind=kind) == "biasa"


def test_what_is_sealed_quotes_nothing():
    found = find_urgency(normalize("Gaji kami belum dibayar"), emergency=False, kind="whistleblowing")
    assert (found.urgency, found.phrases) == ("penting", ())


def test_a_long_text_takes_time_in_proportion():
    text = "kebakaran kemarin sekarang takut " * 300
    assert grows_in_proportion(lambda said: find_urgency(normalize(said), emergency=False, kind="pengaduan"), text)
