"""An operator's own tables over the shipped ones."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from shared.directory import DirectoryDataError, Level, directory, lapor_ids, load_directory

TODAY = date(2026, 11, 23)
AGENCY = "key,name,short,level,affairs,by_name,parent,verified,valid_from,valid_to,tasks,not_for\n"
RENAMED = AGENCY + (
    "52.03.DISHUB,Dinas Perhubungan,Dishub Lotim,regency,perhubungan,no,,yes,2026-01-02,2026-06-30,,\n"
    "52.03.DISHUB,Dinas Transportasi,Distrans Lotim,regency,perhubungan,no,,yes,2026-07-01,,,\n"
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def as_set(own: Path, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("NTBCARE_DIRECTORY", str(own))
    directory.cache_clear()
    yield own
    directory.cache_clear()


def test_an_empty_override_changes_nothing_but_the_version(own: Path):
    loaded, shipped = load_directory(override=(own,)), load_directory()
    assert loaded.agencies == shipped.agencies
    assert loaded.version.startswith(f"{shipped.version}.")


def test_a_row_with_the_same_key_replaces_and_another_is_added(own: Path):
    (own / "contacts.csv").write_text(
        "key,phone,email,address,web\nPLN,0370 631122,,,\nNTB.BPBD,,bpbd@example.org,Mataram,\n"
    )
    loaded = load_directory(override=(own,))
    pln, bpbd, ojk = (loaded.agency(key, on=TODAY) for key in ("PLN", "NTB.BPBD", "OJK"))
    assert pln is not None and bpbd is not None and ojk is not None
    assert (pln.contact.phone, bpbd.contact.email, ojk.contact.phone) == ("0370 631122", "bpbd@example.org", "157")


def test_the_setting_reaches_everyone_who_asks_for_the_directory(as_set: Path):
    (as_set / "contacts.csv").write_text("key,phone,email,address,web\nPLN,0370 631122,,,\n")
    (as_set / "lapor_institutions.csv").write_text("key,institution_id,name,valid_from,valid_to\nNTB.DLHK,4711,,,\n")
    found = directory().agency("PLN", on=TODAY)
    assert found is not None
    assert found.contact.phone == "0370 631122"
    assert lapor_ids().institution("NTB.DLHK", on=TODAY) == 4711
    assert lapor_ids() is lapor_ids()


def test_a_regency_that_renames_an_agency_keeps_the_old_name_for_the_past(own: Path):
    (own / "agencies_local.csv").write_text(RENAMED)
    loaded = load_directory(override=(own,))
    for day, name in ((date(2026, 6, 30), "Dinas Perhubungan"), (date(2026, 7, 1), "Dinas Transportasi")):
        (found,) = loaded.competent("perhubungan", Level.REGENCY, "52.03.01", on=day)
        assert found.name == f"{name} Kabupaten Lombok Timur"


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("affairs.csv", "key\n", "no table of that name can be overridden"),
        ("contacts.csv", "key,phone,email,address,web\nPLN,12,,,\n", "contacts.csv row 2: phone is '12'"),
        ("contacts.csv", "key,phone,email,address,web\nPLN,,pln,,\n", "contacts.csv row 2: email is 'pln'"),
        ("contacts.csv", "key,phone,email,address,web\nPLN,,,,pln\n", "contacts.csv row 2: web is 'pln'"),
        ("contacts.csv", "key,phone,email,address,web\nPNL,,,,\n", "contacts.csv row 2: PNL is no agency"),
        ("contacts.csv", "key,phone,email,address,web\nPLN,,,,\nPLN,,,,\n", "row 3: PLN stands in row 2 too"),
        (
            "agencies_local.csv",
            AGENCY + "52.99.X,Dinas X,X,regency,sosial,no,,no,2026-01-02,,,\n",
            "row 2: 52.99.X must begin with the code of a regency",
        ),
        (
            "agencies_local.csv",
            AGENCY + "52.03.DISHUB,Dishub,Dishub,regency,perhubungan,no,,yes,2026-01-02,2026-06-30,,\n",
            "perhubungan at level regency in 52.03 Kabupaten Lombok Timur from 2026-07-01: nobody is competent",
        ),
    ],
)
def test_a_wrong_override_is_refused_and_named(own: Path, table, text, message):
    (own / table).write_text(text)
    with pytest.raises(DirectoryDataError, match=message):
        load_directory(override=(own,))


def test_a_folder_that_is_not_there_says_where_its_previous_version_is(tmp_path: Path):
    with pytest.raises(DirectoryDataError, match=r"gone: no folder"):
        load_directory(override=(tmp_path / "gone",))


def test_a_row_that_overlaps_another_in_time_is_named_with_its_file(own: Path):
    twice = RENAMED.replace("2026-06-30", "2026-07-31")
    (own / "agencies_local.csv").write_text(twice)
    with pytest.raises(DirectoryDataError, match=r"own/agencies_local\.csv row 3: 52\.03\.DISHUB: two rows hold"):
        load_directory(override=(own,))


def test_the_later_of_two_overrides_counts_and_may_be_one_table(own: Path, tmp_path: Path):
    (own / "contacts.csv").write_text("key,phone,email,address,web\nPLN,0370 631122,,,\nOJK,0370 631123,,,\n")
    one = tmp_path / "contacts.csv"
    one.write_text("key,phone,email,address,web\nPLN,0370 622373,,,\n")
    loaded = load_directory(override=(own, one))
    phones = {a.key: a.contact.phone for a in loaded.agencies if a.key in {"PLN", "OJK"}}
    assert phones == {"PLN": "0370 622373", "OJK": "0370 631123"}
