"""How often the rules alone find the right body, place and level, on NTB complaints in our own words."""

import csv
from pathlib import Path
from typing import Any

import pytest

from services.routing.evaluation import evaluate
from tests.beside import beside

OURS = Path(__file__).with_name("ntb_cases.csv")


def _measure(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8", newline="") as rows:
        return evaluate(list(csv.DictReader(rows)), None)


@pytest.mark.parametrize(("measure", "least"), [("agency", 0.85), ("region", 0.93), ("village", 0.9), ("level", 0.9)])
def test_the_rules_alone_serve_complaints_of_all_regencies(measure: str, least: float) -> None:
    found = _measure(OURS)
    assert found[measure] >= least, found["wrong"]


def test_the_rules_alone_serve_the_shared_cases() -> None:
    path = beside("ntb_cases_dev.csv")
    if path is None:
        return
    found = _measure(path)
    assert found["agency"] >= 0.9, found["wrong"]
