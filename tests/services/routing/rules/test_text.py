"""How informal Indonesian becomes words and stems."""

import pytest

from services.routing.rules.text import MAX_WORDS, normalize, split, stem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jln rusak blm dibenerin", "jalan rusak belum dibenerin"),
        ("KK saya di kel. Renteng", "kk saya di kelurahan renteng"),
        ("sampe skrg", "sampe skrg"),
        ("Na'e, Hu'u dan O'o", "nae huu dan oo"),
        ("SMKN1 Selong RT06", "smkn 1 selong rt 06"),
        ("tolooooong", "tolong"),
        ("maaaaf, kecelakaaaan saaaat hujaaan", "maaf kecelakaan saat hujan"),
        ("keadaaan pengadaaannya saaangat jeleeek", "keadaan pengadaannya sangat jelek"),
        ("Seleksi PPPK", "seleksi pppk"),
        ("Brang Enè", "brang ene"),
        ("pompa jalan pukul 4 smp 6", "pompa jalan pukul 4 sampai 6"),
        ("dari pagi smp malam", "dari pagi sampai malam"),
        ("siswa SMP 7 Mataram", "siswa smp 7 mataram"),
        ("pukul 8 sd 10", "pukul 8 sampai 10"),
        ("SD 2 Kopang", "sd 2 kopang"),
    ],
)
def test_short_forms_are_written_out_and_the_words_of_the_field_are_left(text, words):
    assert " ".join(split(text)) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("memperbaiki", "diperbaiki"), ("menumpuk", "ditumpuk"), ("mengangkut", "diangkut"), ("jalannya", "jalan")],
)
def test_forms_of_one_verb_share_a_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("bantuan", "bantu"), ("jalan", "berjalan"), ("air", "mengairi")])
def test_words_of_other_meaning_keep_apart(one, other):
    assert stem(one) != stem(other)


def test_a_text_without_end_is_judged_by_its_beginning():
    assert len(normalize("kata " * 100_000).words) == MAX_WORDS
