"""A past from a CSV file: every row checked, all or nothing, and as often as one likes."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from deploy.cli import figures, import_
from services.monitoring.past.file import read_table
from services.monitoring.past.names import Names
from services.monitoring.past.rules import Fault, Past, Reader, explained, read_day
from services.monitoring.past.service import load
from services.monitoring.rules import CUTS, left_out
from shared.core.errors import ExplainedError
from shared.core.times import WITA
from shared.directory import directory
from tests.services.monitoring.facts import answered, assigned, followed_up, moved, received
from tests.services.monitoring.past_made_up import COUNTED, FOLLOWED_UP, HEADER, TOTAL, file_of, rows

PERIOD = ("--from", "2020-01-01", "--to", "2021-07-31")
ONE = dict.fromkeys(HEADER, "") | {"id": "NC-1", "tanggal": "2021-07-31", "kanal": "sms"}


def read(*given: dict[str, str]) -> tuple[list[Past | None], list[Fault]]:
    reader = Reader(Names(directory()), date(2026, 12, 1))
    found = [reader.read(row, cells) for row, cells in read_table(file_of(list(given))).rows]
    return found, reader.faults


def wita(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=WITA)


@pytest.fixture
def ntbcare(tmp_path, database_urls, monkeypatch):
    """Type a command, in a thread of its own: it runs a loop of its own."""
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_MONITORING_DATABASE_URL", database_urls["monitoring"])

    async def run(app, *arguments, code=0):
        result = await asyncio.to_thread(CliRunner().invoke, app, [str(one) for one in arguments])
        assert result.exit_code == code, result.output + str(result.exception)
        return result

    return run


@pytest.fixture
def file(tmp_path):
    def write(given=None, **how):
        path = tmp_path / "past.csv"
        path.write_bytes(file_of(rows() if given is None else given, **how))
        return path

    return write


async def test_of_717_complaints_374_were_followed_up_which_is_52_2_percent_in_every_cut(ntbcare, file, empty, ask):
    told = json.loads((await ntbcare(import_.app, file(), "--json")).output)
    counts = {"new": TOTAL, "changed": 0, "unchanged": 0, "absent": 0}
    assert told == {"source": "past", "rows": TOTAL, "dry_run": False, **counts}
    assert "52.2 %" in (await ntbcare(figures.app, "follow-up", *PERIOD)).output
    for by in CUTS:
        told = json.loads((await ntbcare(figures.app, "follow-up", *PERIOD, "--by", by, "--json")).output)
        total = told["total"]
        assert (total["received"], total["followed_up"], round(100 * total["rate"], 1)) == (TOTAL, FOLLOWED_UP, 52.2)
        assert sum(one["received"] for one in told["buckets"]) == total["imported"] == TOTAL
        assert sum(one["followed_up"] for one in told["buckets"]) == FOLLOWED_UP
        limits = total["limits"]
        step = total["steps"]["received_to_follow_up"]
        assert step["count"] and (step["in_days"], step["median_days"], step["p90_days"]) == (0, None, None)
        assert limits["follow_up"] == {"kept": 0, "missed": 0, "unknown": TOTAL, "open": 0, "share": None}
    answer = await ask(**{"from": "2020-01-01", "to": "2021-07-31"}, by="month", format="csv")
    assert answer.text.splitlines()[-1].startswith('"total","Jumlah",717,374,52.2,')


async def test_figures_are_printed_and_written_so_that_nothing_in_them_runs(ntbcare, deliver, empty, tmp_path):
    for channel in ("[red]sms", "=1+1"):
        new = received(channel=channel)
        await deliver(new, assigned(new), followed_up(new, hours=30), answered(new, hours=30, warnings=("no_date",)))
    ended = received()
    await deliver(ended, moved(ended, "rejected", reason_code="advertising"))
    march = ("--from", "2026-03-01", "--to", "2026-03-31")
    printed = (await ntbcare(figures.app, "follow-up", *march, "--by", "channel")).output
    assert "[red]sms" in printed
    assert [one.strip() for one in next(line for line in printed.splitlines() if "Jumlah" in line).split("│")[2:9]] == [
        *("3", "2", "66.7 %", "100.0 %"),
        *("30.0", "2.0", "not known"),  # after closing time of the second day: of the third
    ]
    assert "without 1 advertising" in printed
    assert "100.0 %" in (await ntbcare(figures.app, "answers", *march)).output
    file = tmp_path / "figures.csv"
    await ntbcare(figures.app, "follow-up", *march, "--by", "channel", "--csv", file)
    assert '\n"\'=1+1",' in file.read_bytes().decode().replace("\r", "")
    assert (await ntbcare(figures.app, "answers", *march, "--csv", "-")).output.startswith('\ufeff"agency"')
    nowhere = await ntbcare(figures.app, "answers", *march, "--csv", tmp_path / "none" / "x.csv", code=1)
    assert "cannot be written" in str(nowhere.exception)


async def test_the_second_figure_counts_the_same_past_without_what_is_no_complaint(ntbcare, file, empty):
    await ntbcare(import_.app, file())
    total = json.loads((await ntbcare(figures.app, "follow-up", *PERIOD, "--json")).output)["total"]
    made = [
        (
            one["jenis"] != "bukan_pengaduan" and (bool(one["tindak_lanjut"]) or one["alasan"] in COUNTED),
            bool(one["tindak_lanjut"]),
        )
        for one in rows()
    ]
    assert total["complaints"] == sum(counts for counts, _ in made)
    assert total["complaints_followed_up"] == sum(counts and done for counts, done in made)


async def test_a_second_run_changes_nothing_and_what_changed_is_refused_until_asked_for(ntbcare, file, empty, sql):
    given = rows(20, 8)
    await ntbcare(import_.app, file(given))
    again = (await ntbcare(import_.app, file(given, delimiter=",", encoding="utf-8"))).output
    assert "20 rows, 0 new, 0 changed, 20 unchanged." in again
    changed = [given[0] | {"kanal": "web"}, *given[1:18]]
    refused = await ntbcare(import_.app, file(changed), code=1)
    assert isinstance(refused.exception, ExplainedError)
    assert "NC-0000" in str(refused.exception)
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past WHERE channel = 'web'") == 0
    told = (await ntbcare(import_.app, file(changed), "--dry-run")).output
    assert "1 changed, 17 unchanged. 2 from before are not in the file; they stay. Nothing was written" in told
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past WHERE channel = 'web'") == 0
    await ntbcare(import_.app, file(changed), "--update")
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past WHERE channel = 'web'") == 1
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past") == 20
    await ntbcare(import_.app, file(given), "--source", "lapor-2020")
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past") == 40


async def test_one_wrong_cell_and_nothing_is_loaded_and_every_error_is_told_at_once(ntbcare, file, empty, sql):
    given = [
        ONE,
        ONE | {"id": "NC-2", "tanggal": "31/02/2021", "opd": "Dinas Sihir"},
        ONE | {"id": "NC-1", "tindak_lanjut": "2021-07-01"},
        ONE | {"id": "", "kanal": "", "tanggal": "2031-01-01", "status": "entah"},
    ]
    output = (await ntbcare(import_.app, file(given), code=1)).output
    for words in (
        "row 3, received: '31/02/2021' is no date",
        "row 3, agency: the directory knows no agency 'Dinas Sihir'",
        "row 4, external_id: stands in row 2 already",
        "row 4, followed_up: 2021-07-01 is before the complaint was received",
        "row 5, external_id",
        "row 5, received: 2031-01-01 lies in the future",
        "row 5, channel",
        "row 5, status: 'entah' is no status",
        "8 errors; nothing was loaded.",
    ):
        assert words in output
    few = (await ntbcare(import_.app, file(given), "--errors", "2", code=1)).output
    assert "… and 6 more" in few
    assert await sql.fetchval("SELECT count(*) FROM monitoring.past") == 0


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2021-07-31", wita(2021, 7, 31)),
        ("31/07/2021", wita(2021, 7, 31)),
        ("31-07-2021", wita(2021, 7, 31)),
        ("1.8.2021", wita(2021, 8, 1)),
        ("31/07/2021 14:05", wita(2021, 7, 31, 14, 5)),
        ("31/07/2021  14.05", wita(2021, 7, 31, 14, 5)),
        ("2021-07-31T14:05:09", wita(2021, 7, 31, 14, 5, 9)),
        ("2021-07-31T06:05:09Z", datetime(2021, 7, 31, 6, 5, 9, tzinfo=UTC)),
        ("2021-07-31T14:05:09+08:00", wita(2021, 7, 31, 14, 5, 9)),
        ("07/31/2021", None),
        ("31/07/21", None),
        ("44408", None),
        ("kemarin", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_in_ntb_write_them(words, moment):
    assert read_day(words) == moment


@pytest.mark.parametrize(
    "content",
    [
        b"id,tanggal,kanal\n1,2021-07-31,sms\n",
        "\ufeffID;Tanggal;Kanal\r\n1;31/07/2021;SMS\r\n".encode(),
        b'sep=;\r\n"id";"tanggal";"kanal"\r\n"1";"2021-07-31";"sms"\r\n\r\n;;\r\n',
        b"nama\tid\ttanggal\tkanal\nSitti\t1\t2021-07-31\tsms\n",
        'Nomor Pengaduan;Tanggal Masuk;Kanal;Uraian\n1;2021-07-31;sms;"dua\nbaris, é"\n'.encode("cp1252"),
    ],
)
def test_files_are_read_as_spreadsheets_save_them(content):
    table = read_table(content)
    ((row, cells),) = table.rows
    assert (row, cells["external_id"], cells["channel"].lower()) == (2, "1", "sms")
    assert "nama" not in cells and set(table.ignored) <= {"nama", "uraian"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "missing: external_id"),
        (b"id,kanal\n1,sms\n", "missing: received (or tanggal"),
        (b"id,no,tanggal,kanal\n", "external_id stands twice, as id and as no"),
        (b'id,tanggal,kanal\n"1,2021-07-31,sms\n', "no CSV file that can be read"),
        (b"sep=ab\nid,tanggal,kanal\n", "no CSV file that can be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(content, words):
    with pytest.raises(ExplainedError) as refused:
        read_table(content)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"opd": "NTB.DIKPORA"}, "NTB.DIKPORA"),
        ({"opd": "dinas  pendidikan dan kebudayaan"}, "NTB.DIKPORA"),
        ({"opd": "52.03.DIKBUD"}, "52.03.DIKBUD"),
        ({"opd": ""}, None),
        ({"opd": "-"}, None),
    ],
)
def test_an_agency_is_found_by_key_name_or_alias(cells, key):
    (past,), faults = read(ONE | cells)
    assert not faults and past is not None
    assert past.agency == key


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("52.03", "52.03"),
        ("52.03.07", "52.03"),
        ("Lotim", "52.03"),
        ("Kab. Bima", "52.06"),
        ("Kota Bima", "52.72"),
        ("NTB", None),
    ],
)
def test_a_regency_is_found_by_code_name_or_short_name(words, code):
    (past,), faults = read(ONE | {"kabupaten": words})
    assert not faults and past is not None
    assert past.regency == code


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"kabupaten": "Bima"}, "regency"),
        ({"urusan": "sihir"}, "affair"),
        ({"jenis": "curhat"}, "kind"),
        ({"status": "ditindaklanjuti"}, "followed_up"),
        ({"status": "arsip", "alasan": "malas"}, "reason"),
        ({"status": "tuntas", "alasan": "in_court"}, "reason"),
        ({"kanal": "=1+1"}, "channel"),
        ({"id": "x" * 101}, "external_id"),
        ({"tanggal": "1999-12-31"}, "received"),
        ({"selesai": "2021-07-30"}, "closed"),
        ({"batas_selesai": "lima hari"}, "close_due"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(cells, column):
    (past,), faults = read(ONE | cells)
    assert past is None
    assert [(one.row, one.column) for one in faults] == [(2, column)]
    assert explained(faults, 5).startswith(f"row 2, {column}: ")


@pytest.mark.parametrize(
    ("cells", "followed_up", "first", "state"),
    [
        ({}, False, None, "received"),
        ({"tindak_lanjut": "ya"}, True, None, "in_progress"),
        ({"tindak_lanjut": "tidak"}, False, None, "received"),
        ({"tindak_lanjut": "2021-08-02"}, True, wita(2021, 8, 2), "in_progress"),
        ({"dijawab": "2021-08-03"}, True, wita(2021, 8, 3), "answered"),
        ({"dijawab": "2021-08-03", "tindak_lanjut": "belum"}, True, wita(2021, 8, 3), "answered"),
        ({"dijawab": "2021-08-03", "tindak_lanjut": "2021-08-02"}, True, wita(2021, 8, 2), "answered"),
        ({"selesai": "2021-08-03"}, False, None, "closed"),
        ({"status": "tuntas"}, False, None, "closed"),
        ({"status": "Ditindaklanjuti", "tindak_lanjut": "ya"}, True, None, "in_progress"),
    ],
)
def test_a_past_is_followed_up_by_a_day_an_answer_or_a_yes_and_by_nothing_else(cells, followed_up, first, state):
    (past,), faults = read(ONE | cells)
    assert not faults and past is not None
    assert (past.followed_up, past.followed_up_at, past.state) == (followed_up, first, state)


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({}, "unknown"),
        ({"tindak_lanjut": "2021-08-06"}, "unknown"),
        ({"tindak_lanjut": "2021-08-06 15:00", "batas_tindak_lanjut": "06/08/2021"}, "kept"),
        ({"tindak_lanjut": "2021-08-07", "batas_tindak_lanjut": "06/08/2021"}, "missed"),
        ({"dijawab": "2021-08-06", "batas_tindak_lanjut": "06/08/2021"}, "kept"),
        ({"tindak_lanjut": "ya", "batas_tindak_lanjut": "06/08/2021"}, "unknown"),
        ({"batas_tindak_lanjut": "06/08/2021"}, "missed"),
        ({"batas_tindak_lanjut": "06/08/2021", "status": "arsip"}, "unknown"),
        ({"batas_tindak_lanjut": "2026-12-01"}, "running"),
        ({"batas_tindak_lanjut": "Tepat waktu"}, "kept"),
        ({"batas_tindak_lanjut": "terlambat"}, "missed"),
    ],
)
def test_a_limit_of_the_past_is_known_only_where_the_file_says_it(cells, outcome):
    (past,), faults = read(ONE | dict.fromkeys(("batas_tindak_lanjut",), "") | cells)
    assert not faults and past is not None
    assert past.clocks == {"verify": "unknown", "follow_up": outcome, "close": "unknown"}


async def test_the_same_file_is_read_again_though_a_limit_in_it_ran_out_meanwhile(pool, empty, sql):
    cells = ONE | dict.fromkeys(("batas_tindak_lanjut",), "2026-12-01")
    now = datetime(2026, 12, 1, tzinfo=UTC)
    outcomes = []
    for today in (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 2)):
        ((_, one),) = read_table(file_of([cells])).rows
        past = Reader(Names(directory()), today).read(2, one)
        assert past is not None
        async with pool.transaction() as tx:
            loaded = await load(tx, "a-past", [past], now, update=False, dry=False)
        clocks = await sql.fetchval("SELECT clocks FROM monitoring.past")
        outcomes.append((loaded.new, loaded.changed, clocks["follow_up"]))
    assert outcomes == [(1, 0, "running"), (0, 1, "missed"), (0, 0, "missed")]


def test_a_limit_of_the_past_is_unknown_and_the_same_rules_leave_out():
    (past,), _ = read(
        ONE | {"status": "arsip", "alasan": "in_court", "tanggal": "2021-07-31 10:00", "selesai": "2021-07-31"}
    )
    assert past is not None
    assert set(past.clocks.values()) == {"unknown"}
    assert (
        past.left_out
        == left_out(kind=None, reason="in_court", followed_up=False, withdrawn_untaken=False)
        == "in_court"
    )
    assert past.closed_at == past.received_at and past.closed_at - wita(2021, 7, 31) == timedelta(hours=10)
