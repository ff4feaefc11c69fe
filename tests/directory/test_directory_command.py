"""`ntbcare directory`, as an operator types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli.directory import app
from shared.core.errors import ExplainedError

CONTACTS = "key,phone,email,address,web\n"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch, tmp_path):
    monkeypatch.delenv("NTBCARE_DIRECTORY", raising=False)
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "none.env"))


def ntbcare(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def table(folder: Path, text: str, name: str = "contacts.csv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_the_shipped_directory_passes_its_check():
    answer = ntbcare("check")
    assert answer.exit_code == 0
    assert "no gap and no overlap" in answer.output


def test_a_check_names_the_fault_and_fails(tmp_path):
    table(tmp_path / "own", f"{CONTACTS}PNL,,,,\n")
    answer = ntbcare("check", tmp_path / "own")
    assert answer.exit_code == 1
    assert "contacts.csv row 2: PNL is no agency" in answer.output


def test_an_agency_is_shown_with_its_superior_and_affairs():
    answer = ntbcare("show", "NTB.RSJ", "--on", "2026-11-23")
    assert "Atasan: Dinas Kesehatan Provinsi NTB" in answer.output
    assert "Urusan: Pelayanan rumah sakit daerah" in answer.output


def test_an_unknown_agency_is_answered_with_those_like_it():
    answer = ntbcare("show", "52.03.DISHUBX")
    assert isinstance(answer.exception, ExplainedError)


def test_a_difference_is_a_line_with_what_was_and_what_is(tmp_path):
    table(tmp_path / "own", f"{CONTACTS}NTB.BPBD,0370 631122,,,\n")
    assert "NTB.BPBD from 2026-01-02: contact:" in ntbcare("diff", tmp_path / "own", "--json").output


def test_an_import_adds_keeps_the_previous_version_and_runs_twice_harmlessly(tmp_path):
    target = tmp_path / "own"
    first = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,0370 631122,,,\n")
    second = table(tmp_path / "b", f"{CONTACTS}NTB.DLHK,0370 631122,,,\n")
    for source in (first, second, second):
        answer = ntbcare("import", source, "--into", target, "--yes")
        assert answer.exit_code == 0, answer.exception
    assert "Nothing to import" in answer.output
    assert "NTB.BPBD" in (target / "contacts.csv").read_text()
    assert "NTB.DLHK" in (target / "contacts.csv").read_text()
    assert "NTB.DLHK" not in (tmp_path / "own.previous" / "contacts.csv").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "own", "own.previous"]


def test_a_wrong_row_is_named_and_nothing_is_written(tmp_path):
    source = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,12,,,\n")
    answer = ntbcare("import", source, "--into", tmp_path / "own", "--yes")
    assert "row 2: phone is '12'" in str(answer.exception)
    assert not (tmp_path / "own").exists()


def test_who_says_no_has_nothing_imported(tmp_path):
    source = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,0370 631122,,,\n")
    assert CliRunner().invoke(app, ["import", str(source), "--into", str(tmp_path / "own")], input="n\n").exit_code == 1
    assert not (tmp_path / "own").exists()
