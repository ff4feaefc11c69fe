"""`ntbcare directory`, as an operator types it."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.cli.directory import app
from deploy.cli.directory_words import changes
from shared.core.errors import ExplainedError
from shared.directory import Agency, Alias, Directory, LaporIds, Mapped, directory
from shared.directory.contacts import Contact

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
    assert json.loads(ntbcare("diff", tmp_path / "own", "--json").output) == {
        "changes": ["NTB.BPBD (sejak 2026-01-02): telepon: (kosong) → 0370 631122"]
    }


def test_another_name_is_told_by_itself(tmp_path):
    table(tmp_path / "own", "key,alias,until\nPLN,Kantor Listrik,2026-03-31\n", "aliases.csv")
    assert "nama lain ditambah: Kantor Listrik (s.d. 2026-03-31)" in ntbcare("diff", tmp_path / "own").output


def test_no_field_of_an_agency_changes_unseen():
    shipped = directory()
    agency = next(one for one in shipped.agencies if one.key == "PLN")
    other = next(one for one in shipped.agencies if one.key == "52.03.DISHUB")
    unlike: dict[str, Any] = {
        "by_name": not agency.by_name,
        "verified": not agency.verified,
        "valid_to": date(2030, 1, 1),
    }
    unlike |= {"contact": Contact(web="https://example.org"), "not_for": "x"}
    unlike |= {"tasks": "x", "superior": "x", "aliases": (Alias("x"),)}
    for field in Agency.__dataclass_fields__.keys() - {"key", "valid_from"}:
        changed = replace(agency, **{field: unlike.get(field, getattr(other, field))})
        if changed != agency:
            one, two = (Directory([each], shipped.affairs, version="") for each in (agency, changed))
            assert changes(one, two), field


def test_no_cell_of_an_id_at_lapor_changes_unseen():
    row = Mapped("PLN", 4711, "PT PLN", date(2026, 1, 2), date(2026, 6, 30))
    unlike: dict[str, Any] = {"lapor_id": 4712, "name": "PLN", "valid_to": None, "valid_from": None, "key": "OJK"}
    for field in Mapped.__dataclass_fields__:
        changed = replace(row, **{field: unlike[field]})
        for table in ("institutions", "topics", "locations"):
            one, two = (
                Directory((), {}, version="", lapor=LaporIds(**{table: (each,)}, affairs={})) for each in (row, changed)
            )
            assert changes(one, two), (field, table)
            assert not changes(two, two)


def test_an_id_at_lapor_is_compared_imported_and_shown_by_day(tmp_path, monkeypatch):
    rows = "PLN,4711,PT PLN,,2026-06-30\nPLN,4712,,2026-07-01,\n"
    table(tmp_path / "a", f"key,institution_id,name,valid_from,valid_to\n{rows}", "lapor_institutions.csv")
    table(tmp_path / "a", "region_code,location_id,name,valid_from,valid_to\n52,18,NTB,,\n", "lapor_locations.csv")
    assert json.loads(ntbcare("diff", tmp_path / "a", "--json").output)["changes"] == [
        "PLN (sejak dahulu): instansi SP4N-LAPOR!: (kosong) → 4711 PT PLN (s.d. 2026-06-30)",
        "PLN (sejak 2026-07-01): instansi SP4N-LAPOR!: (kosong) → 4712",
        "52 (sejak dahulu): lokasi SP4N-LAPOR!: (kosong) → 18 NTB",
    ]
    assert ntbcare("import", tmp_path / "a", "--into", tmp_path / "own", "--yes").exit_code == 0
    assert (tmp_path / "own" / "lapor_institutions.csv").read_text().endswith(rows)
    monkeypatch.setenv("NTBCARE_DIRECTORY", str(tmp_path / "own"))
    assert "Id SP4N-LAPOR!: 4711" in ntbcare("show", "PLN", "--on", "2026-06-30").output
    assert "Id SP4N-LAPOR!: 4712" in ntbcare("show", "PLN", "--on", "2026-07-01").output
    assert "Id SP4N-LAPOR!" not in ntbcare("show", "OJK", "--on", "2026-07-01").output


def test_a_check_counts_the_agencies_without_an_institution_at_lapor(tmp_path):
    table(tmp_path / "own", "key,institution_id,name,valid_from,valid_to\nPLN,4711,,,\n", "lapor_institutions.csv")
    words = r"(\d+) of (\d+) agencies have no institution of their own at LAPOR!"
    shipped, own = (re.search(words, ntbcare("check", *folder).output) for folder in ([], [tmp_path / "own"]))
    assert shipped is not None and own is not None
    assert shipped[1] == shipped[2] == own[2]
    assert int(own[1]) == int(own[2]) - 1


def test_what_only_reads_says_nothing_of_writing(tmp_path, monkeypatch):
    table(tmp_path / "own", f"{CONTACTS}PNL,,,,\n")
    monkeypatch.setenv("NTBCARE_DIRECTORY", str(tmp_path / "own"))
    for words in (("show", "PLN"), ("diff", tmp_path / "own")):
        answer = ntbcare(*words)
        assert "own/contacts.csv row 2: PNL is no agency" in str(answer.exception)
        assert "written" not in str(answer.exception)


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
    assert "NTB.DLHK" not in (target / ".previous" / "contacts.csv").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "own"]
    assert sorted(path.name for path in target.iterdir()) == [".previous", "contacts.csv"]
    assert ntbcare("check", target).exit_code == 0


def test_a_wrong_row_is_named_and_nothing_is_written(tmp_path):
    source = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,12,,,\n")
    answer = ntbcare("import", source, "--into", tmp_path / "own", "--yes")
    assert f"{source} row 2: phone is '12'" in str(answer.exception)
    assert not (tmp_path / "own").exists()


def test_a_row_is_named_as_it_was_given_where_others_are_there_already(tmp_path):
    target = tmp_path / "own"
    table(target, f"{CONTACTS}NTB.DLHK,0370 631122,,,\nNTB.BPBD,0370 631122,,,\n")
    source = table(tmp_path / "a", f"{CONTACTS}PNL,0370 631122,,,\n")
    answer = ntbcare("import", source, "--into", target, "--yes")
    assert f"{source} row 2: PNL is no agency" in str(answer.exception)
    assert [path.name for path in target.iterdir()] == ["contacts.csv"]


@pytest.mark.parametrize("name", ["missing.csv", "other.csv", "empty"])
def test_what_is_no_table_is_refused_before_a_folder_is_made(tmp_path, name):
    (tmp_path / "other.csv").write_text("a,b\n")
    (tmp_path / "empty").mkdir()
    answer = ntbcare("import", tmp_path / name, "--into", tmp_path / "new" / "own", "--yes")
    assert isinstance(answer.exception, ExplainedError)
    assert name in str(answer.exception)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_may_not_be_moved_is_written_into(tmp_path):
    target = tmp_path / "own"
    target.mkdir()
    there = target.stat().st_ino
    source = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,0370 631122,,,\n")
    tmp_path.chmod(0o555)  # as root nothing is forbidden: then only that it is the same folder is held
    try:
        assert ntbcare("import", source, "--into", target, "--yes").exit_code == 0
    finally:
        tmp_path.chmod(0o755)
    assert target.stat().st_ino == there
    assert (target / "contacts.csv").exists()


def test_who_says_no_has_nothing_imported(tmp_path):
    source = table(tmp_path / "a", f"{CONTACTS}NTB.BPBD,0370 631122,,,\n")
    assert CliRunner().invoke(app, ["import", str(source), "--into", str(tmp_path / "own")], input="n\n").exit_code == 1
    assert not (tmp_path / "own").exists()
