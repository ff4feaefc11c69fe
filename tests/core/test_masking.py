"""Masking: nothing that finds a person leaves, and a complaint keeps its place, its office and its street.

The tables are of invented sentences. The detector here shares nothing with the product: each sentence says itself what
is personal in it, and plain patterns look for numbers and accounts.
"""

import re
import unicodedata

import pytest

from shared.core.masking import mask, mask_version
from shared.directory import directory
from shared.directory.regions import subregions
from tests.core.masking_tables import PEOPLE, PLACES
from tests.growth import grows_in_proportion

MARKED = re.compile(r"[{}]")
DIGITS = re.compile(r"\d")
ACCOUNT = re.compile(r"@\w|\.(?:com|me)/\w")

HOSTILE = {
    "letters": "a" * 10_000,
    "digits": "1 " * 5_000,
    "honorifics": "Pak " * 2_500,
    "titles": "Lalu " * 2_000,
    "certain titles": "Baiq Tuan Guru " * 666,
    "names": "Aa Bb " * 1_666,
    "people": "Pak Lalu Wiratama 0812 " * 434,
    "handles": "@a" * 5_000,
    "addresses": "a.a(at)" * 1_428,
    "dots": "a." * 5_000,
    "spaces": " " * 10_000,
    "lines": "\n" * 10_000,
    "brackets": "(08" * 3_333,
    "labels": "[NAME_1]" * 1_250,
    "unseen": "0\u200b" * 5_000,
    "links": "fb.com/" * 1_428,
}


def written(sentence: str) -> str:
    return MARKED.sub("", sentence)


def personal(sentence: str) -> list[str]:
    """Return the words that the sentence marks as nobody else's business."""
    marked = " ".join(re.findall(r"{(.*?)}", sentence))
    return [word for word in unicodedata.normalize("NFKC", marked).split() if len(word) > 1]


@pytest.mark.parametrize("sentence", PEOPLE)
def test_nothing_that_finds_a_person_comes_through(sentence):
    masked = mask(written(sentence))
    assert "[" in masked
    assert not [word for word in personal(sentence) if word.casefold() in masked.casefold()]
    without_labels = re.sub(r"\[\w+\]", "", masked)
    assert len(DIGITS.findall(without_labels)) < 4
    assert not ACCOUNT.search(without_labels)


@pytest.mark.parametrize("sentence", PEOPLE)
def test_the_rest_of_the_sentence_stays(sentence):
    kept = re.sub(r"{.*?}", " ", sentence).replace("(", " ").split()
    assert not [word for word in kept if word not in mask(written(sentence))]


@pytest.mark.parametrize("text", PLACES)
def test_a_place_an_office_a_sum_or_a_date_stays_as_it_was_written(text):
    assert mask(text) == text


def test_no_kecamatan_or_village_is_taken_for_a_person():
    names = {region.name for region in subregions()}
    assert len(subregions()) == 117 + 1_166
    forms = ("{}", "di Desa {}", "Kecamatan {}", "Camat {}", "warga {}", "Jalan di {} rusak.")
    told = [form.format(name) for name in sorted(names) for form in forms]
    assert [text for text in told if mask(text) != text] == []


def test_no_agency_is_taken_for_a_person():
    told = {name for agency in directory().agencies for name in (agency.name, agency.short)}
    told |= {alias.name for agency in directory().agencies for alias in agency.aliases}
    assert [text for text in sorted(told) if mask(f"Kantor {text} tutup.") != f"Kantor {text} tutup."] == []


@pytest.mark.parametrize("place", ["Jalan", "Jl.", "Jln", "Gang", "Desa", "Masjid", "SDN", "Ponpes", "PT"])
@pytest.mark.parametrize("name", ["Lalu Mesir", "Raden Patah", "TGH Faesal", "Haji Sapoan", "Baiq Sakinah"])
def test_what_is_named_after_a_person_keeps_its_name(place, name):
    assert mask(f"Di {place} {name} gelap.") == f"Di {place} {name} gelap."


@pytest.mark.parametrize("text", [*map(written, PEOPLE), *PLACES, " ".join(map(written, PEOPLE))])
def test_a_masked_text_is_masked_no_further(text):
    assert mask(mask(text)) == mask(text)


def test_the_same_person_gets_the_same_label():
    told = mask("Baiq Sakinah dan Pak Lalu Wiratama. Kata Lalu Wiratama, Baiq Sakinah tahu.")
    assert told == "Baiq [NAME_1] dan Pak Lalu [NAME_2]. Kata Lalu [NAME_2], Baiq [NAME_1] tahu."


def test_where_nothing_is_found_even_what_cannot_be_seen_stays():
    text = "Jalan\u200b rusak\u00ad \U0001f477\u200d\u2642\ufe0f di km \uff15"
    assert mask(text) == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_takes_time_in_proportion_to_its_length(text):
    mask("Pak Camat Praya")
    assert grows_in_proportion(mask, text)


def test_the_version_says_who_masked_by_which_rules():
    assert re.fullmatch(r"lokal-id \d+(\.\d+)+, rules \d+", mask_version())
