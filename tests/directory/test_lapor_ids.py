"""Ours and LAPOR!'s: dated ids of agencies, affairs and regions."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.directory import DirectoryDataError, LaporIds, Mapped, affairs, lapor_ids, load_directory

TODAY = date(2026, 11, 23)
NEW_YEAR = date(2026, 1, 1)
PERIOD = "name,valid_from,valid_to\n"
INSTITUTIONS = ("lapor_institutions.csv", f"key,institution_id,{PERIOD}")
TOPICS = ("lapor_topics.csv", f"affair,category_id,{PERIOD}")
LOCATIONS = ("lapor_locations.csv", f"region_code,location_id,{PERIOD}")

IDS = LaporIds(
    institutions=(
        Mapped("NTB.DLHK", 11, "Dinas LHK", None, NEW_YEAR),
        Mapped("NTB.DLHK", 12, "Dinas LH", NEW_YEAR + timedelta(1)),
        Mapped("PLN", 21),
        Mapped("52.01.PDAM", 31),
        Mapped("52.71.PDAM", 31, valid_to=NEW_YEAR),
    ),
    topics=(Mapped("pupr", 100), Mapped("jalan", 101, valid_from=NEW_YEAR), Mapped("umum", 100)),
    locations=(Mapped("52", 18), Mapped("52.03", 1803, valid_to=NEW_YEAR), Mapped("52.03.01", 180301)),
)


def loaded(own: Path, table: tuple[str, str], *rows: str) -> LaporIds:
    own.mkdir(exist_ok=True)
    (own / table[0]).write_text(table[1] + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return load_directory(override=(own,)).lapor


def test_no_id_is_shipped_because_none_is_known():
    assert (lapor_ids().institutions, lapor_ids().topics, lapor_ids().locations) == ((), (), ())


@pytest.mark.parametrize(
    ("key", "day", "institution"),
    [
        ("NTB.DLHK", date.min, 11),
        ("NTB.DLHK", NEW_YEAR, 11),
        ("NTB.DLHK", NEW_YEAR + timedelta(1), 12),
        ("NTB.DLHK", date.max, 12),
        ("PLN", TODAY, 21),
        ("52.71.PDAM", NEW_YEAR, 31),
        ("52.71.PDAM", TODAY, None),
        ("NTB.RSJ", TODAY, None),
        ("", TODAY, None),
    ],
)
def test_an_agency_is_the_institution_that_its_row_of_the_day_names(key, day, institution):
    assert IDS.institution(key, on=day) == institution


@pytest.mark.parametrize(
    ("institution", "day", "key"),
    [
        (11, NEW_YEAR, "NTB.DLHK"),
        (11, TODAY, None),
        (12, TODAY, "NTB.DLHK"),
        (31, NEW_YEAR, None),
        (31, TODAY, "52.01.PDAM"),
        (100, TODAY, None),
    ],
)
def test_an_institution_is_an_agency_only_where_exactly_one_has_its_id_on_the_day(institution, day, key):
    assert IDS.agency_of(institution, on=day) == key


@pytest.mark.parametrize(
    ("affair", "day", "category"),
    [
        ("pupr", TODAY, 100),
        ("jalan", TODAY, 101),
        ("jalan", NEW_YEAR - timedelta(1), 100),
        ("sumber_daya_air", TODAY, 100),
        ("umum", TODAY, 100),
        ("sosial", TODAY, None),
        ("kebakaran", TODAY, None),
        ("no_affair", TODAY, None),
        (None, TODAY, None),
    ],
)
def test_a_part_of_an_affair_without_a_category_falls_to_the_whole(affair, day, category):
    assert IDS.topic(affair, on=day) == category


@pytest.mark.parametrize(
    ("region", "day", "location"),
    [
        ("52.03.01.2001", TODAY, 180301),
        ("52.03.02.2001", NEW_YEAR, 1803),
        ("52.03.02", TODAY, 18),
        ("52.03", TODAY, 18),
        ("52.71", TODAY, 18),
        ("52", TODAY, 18),
        ("51.71", TODAY, None),
        ("", TODAY, None),
        (None, TODAY, None),
    ],
)
def test_a_region_without_a_location_falls_to_the_one_it_lies_in(region, day, location):
    assert IDS.location(region, on=day) == location


def test_the_rows_of_a_day_are_given_for_a_comparison_with_lapors_masters():
    assert [row.lapor_id for row in IDS.rows("institutions", NEW_YEAR)] == [11, 21, 31, 31]
    assert [row.name for row in IDS.rows("institutions", TODAY)] == ["Dinas LH", "", ""]
    assert [row.key for row in IDS.rows("topics", TODAY)] == ["pupr", "jalan", "umum"]
    assert [row.key for row in IDS.rows("locations", TODAY)] == ["52", "52.03.01"]


def test_an_operators_rows_are_read_with_names_and_periods(tmp_path: Path):
    found = loaded(tmp_path, INSTITUTIONS, "PLN,4711,PT PLN (Persero) NTB,,2026-06-30", "PLN,4712,,2026-07-01,")
    assert found.institutions == (
        Mapped("PLN", 4711, "PT PLN (Persero) NTB", None, date(2026, 6, 30)),
        Mapped("PLN", 4712, "", date(2026, 7, 1)),
    )
    assert loaded(tmp_path, TOPICS, "jalan,7,Jalan,,").topic("jalan", on=TODAY) == 7
    assert loaded(tmp_path, LOCATIONS, "52.03.01,9,Keruak,,").location("52.03.01.2001", on=TODAY) == 9


def test_a_later_table_replaces_the_row_of_the_same_beginning_and_adds_others(tmp_path: Path):
    loaded(tmp_path / "own", INSTITUTIONS, "PLN,4711,,,2026-06-30", "OJK,5,,,")
    loaded(tmp_path / "new", INSTITUTIONS, "PLN,4710,,,2026-05-31", "PLN,4712,,2026-06-01,")
    found = load_directory(override=(tmp_path / "own", tmp_path / "new")).lapor
    assert [(row.key, row.lapor_id) for row in found.institutions] == [("PLN", 4710), ("OJK", 5), ("PLN", 4712)]


def test_the_directorys_version_covers_the_ids(tmp_path: Path):
    versions = set()
    for number in ("1", "2"):
        loaded(tmp_path, TOPICS, f"jalan,{number},,,")
        versions.add(load_directory(override=(tmp_path,)).version)
    assert len(versions) == 2


def test_several_of_ours_may_be_one_of_lapors(tmp_path: Path):
    assert loaded(tmp_path, INSTITUTIONS, "PLN,7,,,", "OJK,7,,,").agency_of(7, on=TODAY) is None
    assert len(loaded(tmp_path, TOPICS, "jalan,7,,,", "sosial,7,,,").topics) == 2
    assert len(loaded(tmp_path, LOCATIONS, "52.03,7,,,", "52.04,7,,,").locations) == 2


@pytest.mark.parametrize(
    ("table", "rows", "message"),
    [
        (INSTITUTIONS, ["PLN,,,,"], "lapor_institutions.csv row 2: institution_id is empty"),
        (INSTITUTIONS, ["PLN,4711.0,,,"], "lapor_institutions.csv row 2: institution_id is '4711.0', expected"),
        (INSTITUTIONS, ["PLN,-1,,,"], "lapor_institutions.csv row 2: institution_id is '-1', expected"),
        (INSTITUTIONS, ["PLN,0,,,"], "lapor_institutions.csv row 2: institution_id is '0', expected"),
        (INSTITUTIONS, ["PLN,٣,,,"], "lapor_institutions.csv row 2: institution_id is '٣', expected"),
        (INSTITUTIONS, ["PLN,1,,,", "PNL,1,,,"], "lapor_institutions.csv row 3: PNL is no agency"),
        (INSTITUTIONS, ["PLN,1,,2026-13-02,"], "lapor_institutions.csv row 2: valid_from is '2026-13-02'"),
        (INSTITUTIONS, ["PLN,1,,,", "PLN,2,,,"], "lapor_institutions.csv row 3: PLN stands in row 2 too"),
        (INSTITUTIONS, ["PLN,1"], "lapor_institutions.csv row 2: 2 cells, expected 5"),
        (TOPICS, ["jln,1,,,"], "lapor_topics.csv row 2: jln is no affair of affairs.csv"),
        (TOPICS, ["jalan,satu,,,"], "lapor_topics.csv row 2: category_id is 'satu', expected"),
        (
            TOPICS,
            ["jalan,1,,2026-02-01,2026-01-31"],
            "lapor_topics.csv row 2: jalan: valid_to 2026-01-31 is before valid_from 2026-02-01",
        ),
        (
            TOPICS,
            ["jalan,1,,,2026-01-31", "sosial,1,,,", "jalan,2,,2026-01-31,"],
            "lapor_topics.csv row 4: jalan: two rows hold on 2026-01-31",
        ),
        (LOCATIONS, ["52.99,1,,,"], "lapor_locations.csv row 2: 52.99 is no region of Nusa Tenggara Barat"),
        (LOCATIONS, ["51,1,,,"], "lapor_locations.csv row 2: 51 is no region of Nusa Tenggara Barat"),
        (LOCATIONS, ["52,,NTB,,"], "lapor_locations.csv row 2: location_id is empty"),
        (
            LOCATIONS,
            ["52,1,,2026-03-01,", "52,2,,,"],
            "lapor_locations.csv row 3: 52: two rows hold on 2026-03-01",
        ),
        (("lapor_topics.csv", "affair,category_id\n"), [], "lapor_topics.csv row 1: the columns must be affair,"),
    ],
)
def test_a_wrong_row_is_refused_with_its_table_and_line(tmp_path: Path, table, rows, message):
    with pytest.raises(DirectoryDataError) as refused:
        loaded(tmp_path, table, *rows)
    assert message in str(refused.value)


_DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))


@settings(deadline=None)
@given(st.lists(st.tuples(_DAYS, _DAYS), min_size=1, max_size=4, unique_by=lambda period: period[0]))
def test_what_is_loaded_never_has_two_ids_for_one_of_ours_on_a_day(tmp_path_factory, periods):
    own = tmp_path_factory.mktemp("own")
    days = [date(2025, 12, 31) + timedelta(n) for n in range(12)]
    expected = {
        day: [n for n, (start, end) in enumerate(periods, 1) if (start or day) <= day <= (end or day)] for day in days
    }
    backwards = any(start and end and end < start for start, end in periods)
    try:
        found = loaded(
            own, TOPICS, *(f"jalan,{n},,{start or ''},{end or ''}" for n, (start, end) in enumerate(periods, 1))
        )
    except DirectoryDataError:
        assert backwards or any(len(numbers) > 1 for numbers in expected.values())
    else:
        assert not backwards
        assert {day: found.topic("jalan", on=day) for day in days} == {
            day: numbers[0] if numbers else None for day, numbers in expected.items()
        }


def test_every_affair_and_its_parts_can_have_a_category(tmp_path: Path):
    found = loaded(tmp_path, TOPICS, *(f"{key},{n},,," for n, key in enumerate(affairs(), 1)))
    assert [found.topic(key, on=TODAY) for key in affairs()] == list(range(1, len(affairs()) + 1))
