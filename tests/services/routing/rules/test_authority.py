"""Who answers, by law: `authority/*.csv` has a sentence of ours for each rule, and for the nearest thing it is not."""

import csv
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.routing.rules import Clues, Knowledge, decide
from services.routing.rules.authority import find_authorities
from services.routing.rules.text import RULES, load_yaml, normalize
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
LAW = re.compile(
    r"(UU|PP|Perpres|Inpres|Pergub NTB|PM|Perpol|Permenaker|Permentan|PermenPUPR|Permen ESDM|Permendes PDT) \d+/\d{4}"
    r"( pasal \d+(-\d+)?)?( (dan )?Lampiran [A-Z]{1,2})?( jo\. (UU|PP) \d+/\d{4})?"
)
KNOWLEDGE = Knowledge(directory=directory())


def _agency(text: str) -> str:
    return decide(Clues(text=text, on=directory().known_from), KNOWLEDGE).agency_key


def _rules() -> list[tuple[str, dict[str, Any]]]:
    data = load_yaml(RULES / "authority.yaml")
    return [(affair, rule) for affair, entry in data.items() for rule in (*entry.get("rules", ()), entry["default"])]


@pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
def test_a_rule_of_law_says_who_answers(case: Case) -> None:
    found = decide(Clues(text=case.text, on=directory().known_from), KNOWLEDGE)
    assert (found.agency_key, found.affair) == (case.agency, case.affair)
    assert find_authorities(normalize(case.text))[case.affair].reason == case.rule


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    said = [(affair, rule["say"]) for affair, rule in _rules()]
    assert len(said) == len(set(said)), "a reason stands twice in an affair"
    assert {(case.affair, case.rule) for case in CASES} == set(said)


def test_no_case_stands_twice() -> None:
    texts = [case.text for case in CASES]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("law", sorted({rule["law"] for _, rule in _rules()}))
def test_a_rule_names_its_law(law: str) -> None:
    assert all(LAW.fullmatch(source) for source in law.split("; "))


@pytest.mark.parametrize(("text", "key"), NAMED)
def test_a_national_body_answers_when_it_is_named(text: str, key: str) -> None:
    assert _agency(text) == key


def test_a_named_agency_does_not_answer_for_what_the_law_gives_to_another() -> None:
    assert _agency("Samsat Praya antre dari subuh") == "NTB.BAPPENDA"
    assert _agency("BPKB motor belum jadi di Samsat Praya") == "POLDA"
