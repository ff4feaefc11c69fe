"""Who answers, by law: `authority/*.csv` has a sentence of ours for each rule, and for the nearest thing it is not."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from services.routing.rules import Clues, Knowledge, decide
from services.routing.rules.authority import find_authorities
from services.routing.rules.text import normalize
from shared.directory import directory


class Case(NamedTuple):
    """What is complained of, the agency that answers, the affair, and the rule of the law: its `say`."""

    text: str
    agency: str
    affair: str
    rule: str


def _cases() -> list[Case]:
    found: list[Case] = []
    for path in sorted(Path(__file__).with_name("authority").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            found += [Case(**row) for row in csv.DictReader(rows)]
    return found


CASES = _cases()
NAMED = [
    ("Toilet Bandara Lombok kotor", "BANDARA_LOMBOK"),
    ("Parkir di bandara Bima semrawut", "BANDARA_BIMA"),
    ("ITDC belum bayar lahan warga di Kuta Pujut, destinasi Mandalika terganggu", "ITDC"),
    ("Wisatawan di Sirkuit Mandalika terlantar, parkirnya kacau", "ITDC"),
    ("Kapal ASDP dari Lembar sering batal", "ASDP"),
    ("Kantor Kemenhaj di Praya lambat melayani calon haji", "KEMENHAJ"),
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


@pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
def test_a_rule_of_law_says_who_answers(case: Case) -> None:
    found = decide(Clues(text=case.text, on=directory().known_from), KNOWLEDGE)
    assert (found.agency_key, found.affair) == (case.agency, case.affair)
    assert find_authorities(normalize(case.text))[case.affair].reason == case.rule


def test_no_case_stands_twice() -> None:
    texts = [case.text for case in CASES]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(("text", "key"), NAMED)
def test_a_national_body_answers_when_it_is_named(text: str, key: str) -> None:
    assert _agency(text) == key


def test_a_named_agency_does_not_answer_for_what_the_law_gives_to_another() -> None:
    assert _agency("Samsat Praya antre dari subuh") == "NTB.BAPPENDA"
    assert _agency("BPKB motor belum jadi di Samsat Praya") == "POLDA"
