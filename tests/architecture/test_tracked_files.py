"""What may stand in no tracked file: a machine's paths, a registry's host, a real citizen's words."""

import csv
import re
import warnings
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked_texts

HOSTS = [
    ".".join(parts)  # written apart, or this file would name them
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("repo1", "maven"),
        ("repo", "maven"),
        ("proxy", "golang"),
        ("crates", "io"),
        ("registry-1", "docker"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
    )
]
MACHINE = re.compile(r"(?<![\w.~)}/-])/(?:home|root|Users|work|workspace|builds)/[\w.-]+|\b[A-Z]:\\Users\\")

REAL_COMPLAINTS = ROOT.parent / "shared" / "data" / "complaints_dev.csv"
RUN = 5
EVERYBODYS_WORDS = {
    "assalamualaikum wr wb selamat pagi": "a greeting; a test shows that it says nothing",
    "senin selasa rabu kamis jumat": "days of the week",
}
OFFICIAL_NAMES = "shared/directory/data"
"""Names of agencies and affairs are nobody's words, wherever they stand."""

Gram = tuple[str, ...]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_tracked_file_holds_an_absolute_path_of_a_machine():
    assert lines_with(MACHINE) == []
    if len(ROOT.parts) > 2:
        assert lines_with(re.compile(rf"(?<![\w.-]){re.escape(str(ROOT))}(?![\w-])")) == []


@pytest.mark.parametrize("line", ["see /" + "home/siti/x", "open('/" + "root/.env')", "C:" + r"\Users\siti"])
def test_a_machines_path_is_recognised(line):
    assert MACHINE.search(line)


@pytest.mark.parametrize(
    "line", ["GET /v1/" + "home/x", "https://x.id/" + "root/y", "../" + "work/z", "the /" + "root"]
)
def test_an_address_is_no_machines_path(line):
    assert not MACHINE.search(line)


def test_no_tracked_file_names_a_registrys_host():
    assert lines_with(re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)) == []


def grams(text: str) -> set[Gram]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(RUN)), strict=False))


def official() -> set[Gram]:
    cells: set[Gram] = set()
    for path, text in tracked_texts().items():
        if path.parent.as_posix() == OFFICIAL_NAMES and path.suffix == ".csv":
            cells |= {gram for row in csv.reader(text.splitlines()) for cell in row for gram in grams(cell)}
    return cells


def copied(texts: dict[Path, str], real: set[Gram]) -> dict[str, list[str]]:
    found = {str(path): [" ".join(gram) for gram in grams(text) & real] for path, text in texts.items()}
    return {path: runs for path, runs in found.items() if runs}


def test_no_tracked_file_holds_a_real_citizens_words():
    if not REAL_COMPLAINTS.is_file():
        warnings.warn("no ../shared beside this checkout: citizens' words were not looked for", stacklevel=1)
        return
    with REAL_COMPLAINTS.open(encoding="utf-8", newline="") as handle:
        real = {gram for row in csv.DictReader(handle) for gram in grams(row["text"])}
    nobodys = {tuple(words.split()) for words in EVERYBODYS_WORDS} | official()
    assert copied(tracked_texts(), real - nobodys) == {}, "invent the words of a test or an example"


def test_five_copied_words_are_found_and_four_are_not():
    real = grams("Jembatan gantung di dusun kami putus sejak semalam")
    assert copied({Path("x.md"): "… jembatan gantung\ndi dusun kami, kata warga"}, real)
    assert not copied({Path("x.md"): "jembatan gantung di dusun mereka"}, real)
