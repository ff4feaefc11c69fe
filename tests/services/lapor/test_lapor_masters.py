"""`ntbcare lapor masters`: LAPOR!'s own ids are read, listed, and compared with those that we use."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deploy.cli import lapor_masters as masters_command
from deploy.reconcile.lapor.likeness import agency_matcher, matcher
from deploy.reconcile.lapor.masters import Compared, Entry, Theirs, Used, compare, wrong
from shared.directory import Directory, LaporIds, Mapped, directory

PROVINCE = "Provinsi Nusa Tenggara Barat"
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


def with_ids(**tables: Any) -> Directory:
    here = directory()
    return Directory(here.agencies, here.affairs, version="test", lapor=LaporIds(**tables))


def theirs(*entries: Entry, read_at: datetime = NOW) -> Theirs:
    return Theirs(entries=entries, read_at=read_at)


def compared(found: Directory, kind: str = "institutions", settings: Any = None, **lists: Theirs) -> Compared:
    all_of_it = compare(found, lists, settings or {}, NOW, date(2026, 11, 20))
    return next(one for one in all_of_it if one.kind == kind)


@pytest.fixture
def mapped(monkeypatch):
    """Let the commands see a directory with these ids."""

    def make(**tables) -> None:
        monkeypatch.setattr(masters_command, "directory", lambda: with_ids(**tables))

    return make


async def test_sync_keeps_what_lapor_has_and_says_calmly_what_it_does_not_have(run, where_lapor_runs, sql):
    where_lapor_runs()
    answer = await run("masters", "sync")
    assert answer.exit_code == 0, answer.output
    assert "institutions: 3 entries kept." in answer.output
    kept = await sql.fetch("SELECT kind, count(*) FROM lapor.master GROUP BY kind ORDER BY kind")
    assert dict(kept)["institutions"] == 3
    assert "topics: LAPOR! has no such list (HTTP 404); nothing to do." in answer.output
    assert await sql.fetchval("SELECT count(*) FROM lapor.exchange WHERE call = 'masters'") >= 2


async def test_topics_and_locations_are_kept_and_compared_where_lapor_has_them(
    run, where_lapor_runs, mapped, sql, lapor
):
    lapor.switch(more_masters=True)
    where_lapor_runs(page_size=5)
    answer = await run("masters", "sync")
    assert answer.exit_code == 0, answer.output
    listed = json.loads((await run("masters", "list", "locations", "--json")).output)
    assert {one["id"]: one["name"] for one in listed}["34"] == "Nasional"
    mapped(topics=(Mapped("kesehatan", 503, "Kesehatan"),), locations=(Mapped("52.03", 9999),))
    compared = await run("masters", "diff")
    assert compared.exit_code == 1
    assert "UNKNOWN: 52.03 is 9999" in compared.output
    rows = [line.strip() for line in compared.output.splitlines()]
    mataram = next(one["id"] for one in listed if one["name"] == "Kota Mataram")
    assert f"52.71,{mataram},Kota Mataram,," in rows
    assert not [row for row in rows if row.startswith(("52.03,", "kesehatan,"))], "they have ids"


async def test_a_list_that_cannot_be_read_leaves_what_is_kept_and_says_what_to_do(run, where_lapor_runs, sql, lapor):
    where_lapor_runs()
    assert (await run("masters", "sync")).exit_code == 0
    lapor.switch(locked=-1)
    answer = await run("masters", "sync")
    assert answer.exit_code == 1
    assert "check NTBCARE_LAPOR_AUTH" in answer.output
    assert await sql.fetchval("SELECT count(*) FROM lapor.master WHERE gone_at IS NOT NULL") == 0
    lapor.switch(locked=0, too_many=-1)
    assert "asks us to wait 1 seconds" in (await run("masters", "sync")).output


async def test_where_everything_is_typed_in_by_hand_lapor_is_not_called(run, where_lapor_runs, lapor):
    where_lapor_runs(mode="by_hand")
    answer = await run("masters", "sync")
    assert (answer.exit_code, "by_hand" in answer.stderr) == (1, True)
    assert not lapor.held.calls


async def test_what_lapor_lists_no_more_is_marked_as_gone(run, where_lapor_runs, sql):
    assert "never read" in (await run("masters", "list", "institutions")).output
    where_lapor_runs()
    await sql.execute(
        "INSERT INTO lapor.master (kind, id, name, first_seen_at, seen_at)"
        " VALUES ('institutions', '44', 'Badan Lama', now() - interval '9 days', now() - interval '1 day')"
    )
    synced = await run("masters", "sync")
    assert "3 entries kept, 1 gone since before." in synced.output
    answer = await run("masters", "list", "institutions")
    assert answer.exit_code == 0, answer.output
    (line,) = [line for line in answer.output.splitlines() if "Badan Lama" in line]
    assert "gone since" in line
    assert "3 entries; read last" in answer.output
    assert (await run("masters", "list", "officers")).exit_code == 2


async def test_ids_that_are_all_there_are_even(run, where_lapor_runs, mapped, sql):
    where_lapor_runs(location_id=34)
    mapped(institutions=(Mapped("NTB.DIKPORA", 2, f"Dinas Pendidikan dan Kebudayaan {PROVINCE}"),))
    await run("masters", "sync")
    answer = await run("masters", "diff")
    assert answer.exit_code == 0, answer.output
    assert "Every id that we use is there." in answer.output
    assert "2 ids of ours" in answer.output, "the settings' own id counts too"
    assert json.loads((await run("masters", "diff", "--json")).output)["even"] is True


async def test_what_is_gone_unknown_or_renamed_ends_with_exit_code_1(run, where_lapor_runs, mapped, sql):
    where_lapor_runs(institution_id=4711)
    await sql.execute(
        "INSERT INTO lapor.master (kind, id, name, first_seen_at, seen_at)"
        " VALUES ('institutions', '44', 'Dinas Kesehatan', now(), now() - interval '1 day')"
    )
    await run("masters", "sync")
    mapped(
        institutions=(
            Mapped("NTB.DIKES", 44),
            Mapped("NTB.DIKPORA", 2, "Dinas Lain"),
            Mapped("NTB.PUPRPERKIM", 3, valid_to=date(2020, 1, 1)),
        )
    )
    answer = await run("masters", "diff")
    assert answer.exit_code == 1, answer.output
    assert "GONE: NTB.DIKES is 44 “Dinas Kesehatan”" in answer.output
    assert "RENAMED: NTB.DIKPORA is 2, noted as “Dinas Lain”" in answer.output
    assert "UNKNOWN: NTBCARE_LAPOR_INSTITUTION_ID is 4711" in answer.output
    assert "gone in the last reading: 44 Dinas Kesehatan" in answer.output
    (kind, *_) = json.loads((await run("masters", "diff", "--json")).output)["kinds"]
    assert {(one["what"], one["lapor_id"]) for one in kind["faults"]} == {
        ("gone", 44),
        ("renamed", 2),
        ("unknown", 4711),
    }


async def test_an_agency_without_an_id_gets_a_suggestion_with_the_row_to_paste(run, where_lapor_runs, mapped, sql):
    where_lapor_runs()
    await run("masters", "sync")
    await sql.execute(
        "UPDATE lapor.master SET name = 'Dinas Kesehatan Kab. Lombok Timur' WHERE kind = 'institutions' AND id = '3'"
    )
    mapped()
    answer = await run("masters", "diff")
    assert answer.exit_code == 0, answer.output
    key = next(one.key for one in directory().agencies if one.name == "Dinas Kesehatan Kabupaten Lombok Timur")
    assert f"{key},3,Dinas Kesehatan Kab. Lombok Timur,," in answer.output
    assert "Suggestions by like names; check each" in answer.output
    assert "agencies have no id of their own" in answer.output


async def test_without_any_reading_nothing_is_called_gone(run, mapped, sql):
    mapped(institutions=(Mapped("NTB.DIKPORA", 2),))
    answer = await run("masters", "diff")
    assert answer.exit_code == 0, answer.output
    assert "institutions: never read, or LAPOR! has no such list; 1 ids of ours are not checked" in answer.output
    assert "The settings' own ids were not checked" in answer.output


async def test_lists_that_were_read_days_ago_are_called_old(run, where_lapor_runs, mapped, sql):
    where_lapor_runs()
    await run("masters", "sync")
    await sql.execute("UPDATE lapor.master SET seen_at = now() - interval '3 days'")
    mapped()
    assert "OLD: read 3 days ago" in (await run("masters", "diff")).output


def test_only_rows_of_today_and_later_are_compared():
    found = with_ids(
        institutions=(
            Mapped("NTB.DIKPORA", 1, valid_to=date(2025, 12, 31)),
            Mapped("NTB.DIKPORA", 2, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)),
            Mapped("NTB.DIKPORA", 3, valid_from=date(2027, 1, 1)),
        )
    )
    one = compared(found, institutions=theirs(Entry(id="2", name="Dinas")))
    assert [(fault.what, fault.lapor_id) for fault in one.faults] == [("unknown", 3)]


def test_a_name_that_differs_in_case_and_short_forms_alone_is_the_same_name():
    found = with_ids(institutions=(Mapped("NTB.DIKPORA", 2, "Dinas Pendidikan Prov. NTB"),))
    assert not wrong([compared(found, institutions=theirs(Entry(id="2", name=f"DINAS PENDIDIKAN {PROVINCE}")))])


def test_what_was_gone_before_the_last_reading_is_not_named_again():
    earlier = Entry(id="8", name="Badan", gone_at=NOW - timedelta(days=3))
    last = Entry(id="9", name="Kantor", gone_at=NOW)
    assert compared(with_ids(), institutions=theirs(earlier, last)).gone == (last,)


def test_the_settings_location_is_checked_against_locations():
    settings = {"locations": [Used(key="NTBCARE_LAPOR_LOCATION_ID", lapor_id=34, where="settings")]}
    one = compared(with_ids(), "locations", settings, locations=theirs(Entry(id="35", name="Nasional")))
    assert [(fault.key, fault.what) for fault in one.faults] == [("NTBCARE_LAPOR_LOCATION_ID", "unknown")]


def test_regions_and_affairs_get_suggestions_too():
    lists = {
        "locations": theirs(
            Entry(id="1", name="Kab. Lombok Timur"), Entry(id="2", name="Kota Bima"), Entry(id="3", name="Kab. Bima")
        ),
        "topics": theirs(Entry(id="9", name="Pendidikan")),
    }
    regions = {one.key: one.lapor_id for one in compared(with_ids(), "locations", **lists).suggestions}
    assert regions == {"52.03": "1", "52.72": "2", "52.06": "3"}
    affairs = {one.key: one.row for one in compared(with_ids(), "topics", **lists).suggestions}
    assert affairs["pendidikan"] == "pendidikan,9,Pendidikan,,"


def test_part_of_an_affair_needs_no_id_where_the_whole_has_one():
    none, whole = with_ids(), with_ids(topics=(Mapped("pupr", 5),))
    assert compared(none, "topics").unmapped - compared(whole, "topics").unmapped > 1


@pytest.mark.parametrize(
    ("ours", "found"),
    [
        ("Dinas Kesehatan Kabupaten Lombok Timur", "11"),
        ("Dinas Kesehatan Kabupaten Lombok Barat", None),
        ("Dinas Kesehatan Kota Bima", "12"),
        ("Dinas Kesehatan Provinsi NTB", "13"),
        ("Dinas Perhubungan Kota Bima", None),
        ("PT PLN (Persero)", "14"),
    ],
)
def test_an_institution_is_suggested_only_in_the_same_place(ours, found):
    find = agency_matcher(
        [
            ("11", "Dinas Kesehatan Kab. Lombok Timur"),
            ("12", "DINAS KESEHATAN KOTA BIMA"),
            ("13", f"Dinas Kesehatan {PROVINCE}"),
            ("14", "PT. PLN (Persero)"),
            ("15", "Dinas Kesehatan Provinsi Jawa Barat"),
        ]
    )
    like = find([ours])
    assert (like and like.id) == found


def test_two_entries_of_the_same_name_are_no_suggestion():
    assert matcher([("1", "Pendidikan"), ("2", "pendidikan")], cutoff=0.8)(["Pendidikan"]) is None


def test_three_hundred_agencies_against_thousands_of_institutions_take_no_minute():
    places = [f"Kabupaten Nomor {number}" for number in range(300)]
    entries = [(f"{place}{n}", f"Dinas {n} {where}") for place, where in enumerate(places) for n in range(20)]
    began = time.monotonic()
    find = agency_matcher(entries)
    for agency in directory().agencies:
        find([agency.name])
    assert time.monotonic() - began < 20
