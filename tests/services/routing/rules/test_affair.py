"""Which government affair a text is about, table by table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.rules.affair import check_file, phrases, score_affairs
from services.routing.rules.text import normalize
from shared.directory import affairs
from tests.growth import grows_in_proportion

TEXTS = {
    "agama": ["Guru ngaji di ponpes kami belum terima insentif", "Antrean porsi haji tahun ini makin panjang"],
    "air_minum": ["Air PDAM macet sejak Senin", "Meteran air saya bocor, tagihan jadi dobel"],
    "bpjs_kesehatan": ["Iuran BPJS kelas 2 sudah dibayar tapi kartu mati", "Mobile JKN gagal pindah faskes"],
    "bpjs_ketenagakerjaan": ["Klaim JHT saya tidak cair", "Nomor KPJ Jamsostek lama mau digabung"],
    "dalduk_kb": ["Pasang alat kontrasepsi gratis di mana", "Sertifikat elsimil catin belum terbit"],
    "dukcapil": ["Blanko KTP habis, cetak ktp kapan", "Akte kelahiran anak salah nama ayah"],
    "esdm": ["Galian C merusak bukit", "LPG 3 kg hilang dari pangkalan", "Tambang emas pakai merkuri dekat sumur"],
    "imigrasi": ["Bikin paspor antre sampai bulan depan", "Ada WNA overstay menyewa vila"],
    "kebencanaan": ["Korban gempa masih di tenda pengungsi", "Tolong damkar, ada sarang tawon di atap"],
    "kebudayaan": ["Museum dan cagar budaya tidak dirawat", "Sanggar seni butuh gendang beleq"],
    "kehutanan": ["Pembalakan kayu sonokeling di hutan lindung", "Hutan dibabat jadi ladang jagung"],
    "kelautan_perikanan": ["Bom ikan merusak terumbu karang", "Limbah tambak udang mencemari laut"],
    "kepegawaian": ["Formasi CPNS tahun ini apa saja", "SK kenaikan pangkat saya tertahan di BKD"],
    "kepolisian": ["Motor saya hilang, maling belum tertangkap", "Judi online dan sabung ayam dibiarkan"],
    "kesbangpol": ["Ormas itu menyebar aliran sesat", "Urus izin penelitian di kesbangpol"],
    "kesehatan": ["Puskesmas kehabisan vaksin campak", "Banyak kena demam berdarah, mohon fogging"],
    "keuangan_aset": ["Aset daerah terbengkalai, bisa disewa?", "Tanah milik pemda dipakai pihak lain"],
    "kewilayahan": ["Pak lurah susah ditemui untuk tanda tangan", "Iuran RT naik tanpa musyawarah"],
    "kominfo": ["Blank spot, tidak ada sinyal telepon sama sekali", "Website pemerintah tidak bisa dibuka"],
    "koperasi_ukm": ["Koperasi simpan pinjam tidak mengembalikan uang", "Bantuan modal UMKM belum turun"],
    "lingkungan_hidup": ["Sampah menumpuk seminggu", "Dahan pohon besar rimbun rawan tumbang"],
    "listrik": ["Listrik padam dari subuh", "Token listrik tidak bisa dimasukkan ke meteran PLN"],
    "p3a": ["Anak tetangga korban kekerasan ayahnya", "Ada KDRT, istrinya dipukul tiap malam"],
    "pangan": ["Cadangan pangan di lumbung pangan kosong", "Harga gabah jatuh, Bulog tidak membeli"],
    "pariwisata": ["Tiket masuk pantai mahal bagi wisatawan", "Turis dimintai uang oleh pemandu wisata"],
    "pemuda_olahraga": ["Stadion tidak terawat, atlet mengeluh", "Karang taruna minta lapangan voli"],
    "penanaman_modal": ["Urus NIB lewat OSS macet", "Perizinan investasi hotel berbelit"],
    "pendapatan_daerah": ["Bayar pajak kendaraan di Samsat antre", "SPPT PBB belum dibagikan"],
    "pendidikan": ["PPDB jalur zonasi tidak adil", "Ijasah ditahan karena belum lunas SPP"],
    "pengawasan": ["Dugaan korupsi dan gratifikasi", "Proyek fiktif dan mark up, mohon inspektorat"],
    "perdagangan": ["Harga minyak goreng naik terus", "Kios pasar rakyat bocor, pedagang pasar mengeluh"],
    "perencanaan": ["Hasil musrenbang tidak masuk RPJMD", "Pokir dewan dan rencana pembangunan bappeda"],
    "perhubungan": ["PJU padam di tikungan", "Jukir tidak memberi karcis parkir", "Lampu merah mati bikin macet"],
    "perindustrian": ["Pengrajin tenun butuh sentra industri", "Sertifikat halal untuk industri kecil"],
    "perkim": ["Rumah tidak layak huni belum dapat bedah rumah", "Daftar rusunawa menunggu bertahun-tahun"],
    "perpustakaan": ["Perpustakaan daerah tutup terus", "Minta pojok baca dan taman baca"],
    "pertanahan": ["Sertifikat tanah PTSL belum jadi di BPN", "Sengketa lahan warisan, minta ukur ulang"],
    "pertanian": ["Pupuk subsidi langka", "Sapi sakit PMK, tidak ada dokter hewan"],
    "pmd": ["Kades menyimpan dana desa", "Pilkades ditunda, siltap perangkat desa belum cair"],
    "pos": ["Kiriman pos saya tertahan di kantor pos", "Wesel lewat PT Pos belum sampai"],
    "pupr": ["Jalan bolong-bolong tolong diaspal", "Got mampet, tiap hujan banjir", "Jembatan putus"],
    "pusat": ["Registrasi kartu prabayar ditolak", "Penagih pinjol mengancam, lapor OJK"],
    "rumah_sakit": ["Antre poli jantung RSUD seharian", "IGD rumah sakit umum penuh"],
    "setda": ["Anggota dewan di DPRD tidak hadir rapat", "Bagian hukum setda menyusun peraturan daerah"],
    "sosial": ["PKH saya dihapus padahal keluarga miskin", "BPNT belum cair", "ODGJ terlantar di emperan"],
    "tenaga_kerja": ["THR tidak dibayar perusahaan", "Tekong menjanjikan kerja ke Malaysia", "Kena PHK tanpa pesangon"],
    "transmigrasi": ["Lahan transmigrasi belum dibagi", "Kami transmigran di UPT transmigrasi"],
    "trantibum": ["PKL berjualan di trotoar", "Karaoke dan miras sampai pagi, musik keras"],
    "umum": ["halo", "tes"],
}
ALL = [(text, affair) for affair, texts in TEXTS.items() for text in texts]
CLEAR = st.sampled_from([pair for pair in ALL if pair[1] != "umum"])


def best(text: str) -> str:
    return score_affairs(normalize(text))[0].affair


@pytest.mark.parametrize(("text", "affair"), ALL)
def test_the_words_of_an_affair_find_it(text, affair):
    assert best(text) == affair, score_affairs(normalize(text))[:3]


def test_every_main_affair_stands_in_the_table():
    assert set(TEXTS) == {key for key, affair in affairs().items() if affair.parent is None}
    assert all(len(texts) > 1 for texts in TEXTS.values())


@pytest.mark.parametrize(
    ("text", "affair"),
    [
        ("Ini bukan soal parkir, jalannya yang berlubang", "pupr"),
        ("Tidak ada hubungannya dengan sampah, saluran kami mampet", "pupr"),
        ("Bukan masalah bansos, KTP saya belum dicetak", "dukcapil"),
        ("Bukan urusan PLN, PJU di gang kami padam", "perhubungan"),
    ],
)
def test_what_somebody_says_it_is_not_about_is_not_the_subject(text, affair):
    assert best(text) == affair


def test_not_only_is_no_denial():
    assert best("bukan hanya sampah, baunya juga") == "lingkungan_hidup"


@pytest.mark.parametrize(
    ("text", "affair"),
    [
        ("Terima kasih atas bantuannya, sampah sudah menumpuk lagi", "lingkungan_hidup"),
        ("Mohon bantuan bapak, lampu jalan mati", "perhubungan"),
        ("Izin melaporkan, selokan tersumbat", "pupr"),
        ("Yth. Bapak Gubernur dan Bupati, puskesmas kami tanpa dokter", "kesehatan"),
    ],
)
def test_courtesy_is_not_the_subject(text, affair):
    assert best(text) == affair


@pytest.mark.parametrize(
    ("text", "affair"),
    [
        ("jln rsk bnyk lobang", "pupr"),
        ("smpah numpuk blm diangkut", "lingkungan_hidup"),
        ("lmpu pju mti di dpn gang", "perhubungan"),
        ("ijasah anak sy ditahan skolah", "pendidikan"),
        ("phn mw tumbang", "lingkungan_hidup"),
        ("trafik light mti smua", "perhubungan"),
        ("golek kerjo angel, ada loker kah", "tenaga_kerja"),
        ("kmi ngantri di puskes tdk dilayani", "kesehatan"),
    ],
)
def test_short_and_wrong_spelling_is_understood(text, affair):
    assert best(text) == affair


@pytest.mark.parametrize(
    ("text", "affair"),
    [
        ("Pohon menimpa kabel listrik, mohon dipangkas", "lingkungan_hidup"),
        ("Galian pipa membuat jalan berlubang", "pupr"),
        ("Retribusi parkir di pasar tanpa karcis", "perhubungan"),
        ("Polisi tidur terlalu tinggi, jalan rusak", "pupr"),
        ("BPJS Ketenagakerjaan menolak klaim", "bpjs_ketenagakerjaan"),
        ("Guru madrasah belum dibayar", "agama"),
        ("BLT BBM belum saya terima", "sosial"),
        ("Hasil kerja bakti belum diangkut", "lingkungan_hidup"),
        ("Daftar ulang PPDB jalur keluarga miskin ditolak", "pendidikan"),
        ("Minta dipindah BPJS saya yang mandiri menjadi PBI", "sosial"),
        ("Janda dengan tiga anak sekolah, PKH tidak pernah dapat", "sosial"),
        ("Tetangga bakar sampah tiap sore, sudah ditegur RT", "kewilayahan"),
        ("Antre surat pengantar nikah di kantor lurah", "kewilayahan"),
        ("Kabel menjuntai di tepi jalan, mohon dirapikan", "pupr"),
        ("Kucing liar beranak pinak di gang kami", "pertanian"),
    ],
)
def test_a_word_that_belongs_elsewhere_does_not_mislead(text, affair):
    assert best(text) == affair


@pytest.mark.parametrize(
    ("text", "affair"),
    [
        ("Jalan Tambak gang Masjid berlubang", "pupr"),
        ("Got di belakang sekolah mampet", "pupr"),
        ("PJU mati di perempatan pasar", "perhubungan"),
        ("Jalan menuju puskesmas rusak", "pupr"),
        ("Aspal ambles di lampu merah Ampenan", "pupr"),
        ("Jembatan gantung putus, siswa tidak bisa lewat", "pupr"),
    ],
)
def test_a_landmark_is_not_the_subject(text, affair):
    assert best(text) == affair


@pytest.mark.parametrize("text", ["", "???", "selamat pagi", "qwerty zxcv"])
def test_a_text_without_our_words_is_the_desks_and_says_how_unsure(text):
    first, *others = score_affairs(normalize(text))
    assert first.affair == "umum"
    assert first.probability < 0.5
    assert len(others) >= 2


def test_the_desk_steps_back_behind_the_village_when_our_words_name_an_affair():
    first, second, *_ = (score.affair for score in score_affairs(normalize("Selokan tersumbat")))
    assert (first, second) == ("pupr", "kewilayahan")


def test_a_house_is_no_lay_off_and_a_fire_is_no_rubbish():
    assert "tenaga_kerja" not in {score.affair for score in score_affairs(normalize("rumah saya"))}
    assert best("rumahnya terbakar semalam") == "kebencanaan"


def test_a_longer_text_with_the_same_words_is_less_sure():
    text = "Sampah menumpuk, dekat situ ada parkir"
    short, long = (score_affairs(normalize(text + filler))[0] for filler in ("", " begitu" * 90))
    assert short.affair == long.affair
    assert long.probability < short.probability


def test_shares_are_ordered_and_never_more_than_one():
    for text, _ in ALL:
        shares = [score.probability for score in score_affairs(normalize(text))]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1.0


def test_reasons_quote_our_own_phrases_only():
    ours = {phrase for text, _ in ALL for phrase, _, _ in phrases().find(normalize(text).stems)}
    for text, _ in ALL:
        assert {phrase for score in score_affairs(normalize(text)) for phrase in score.phrases} <= ours


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"affair": "pos"}, "must be the file's name"),
        ({"affair": "pupr", "prior": "dua"}, "'dua' is no number"),
        ({"affair": "pupr", "not_for": None}, "not_for must be lists"),
        ({"affair": "pupr", "words": {6: [True]}}, "put True in quotes"),
        ({"affair": "pupr", "words": {6: ["got"], 4: ["got"]}}, "'got' stands twice"),
    ],
)
def test_a_faulty_file_of_words_is_refused_by_its_name(data, fault):
    with pytest.raises(ValueError, match=rf"affairs/pupr\.yaml: .*{fault}"):
        check_file("pupr", data)


@given(CLEAR, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_upper_and_lower_case_do_not_change_the_affair(pair, random):
    text, affair = pair
    assert best("".join(random.choice((c.upper(), c.lower())) for c in text)) == affair


@given(CLEAR, st.lists(st.sampled_from(["!", "...", ",", " - ", "\n", "?", "\t"]), min_size=1))
@settings(max_examples=100, deadline=None)
def test_punctuation_does_not_change_the_affair(pair, marks):
    text, affair = pair
    assert best("".join(f"{word}{marks[i % len(marks)]} " for i, word in enumerate(text.split()))) == affair


@given(CLEAR, st.integers(3, 9))
@settings(max_examples=100, deadline=None)
def test_letters_held_down_do_not_change_the_affair(pair, times):
    text, affair = pair
    assert best(f"{text} min{'n' * times} tolo{'o' * times}ng") == affair


@given(CLEAR, st.sampled_from(["Selamat pagi min, ", "Yth. Bapak Gubernur NTB, ", "Assalamualaikum wr wb. "]))
@settings(max_examples=100, deadline=None)
def test_a_greeting_does_not_change_the_affair(pair, greeting):
    text, affair = pair
    assert best(f"{greeting}{text}. Terima kasih.") == affair


@pytest.mark.parametrize("word", ["jalan", "bukan soal", "tidak ada hubungan dengan", "pohon tumbang", "jalan rusak"])
def test_a_text_made_to_be_slow_is_scored_all_the_same(word):
    assert grows_in_proportion(lambda text: score_affairs(normalize(text)), f"{word} " * 150)
