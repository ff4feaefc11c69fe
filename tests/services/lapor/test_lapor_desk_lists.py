"""Lists for typing go out as CSV and XLSX, numbers come back, all or nothing; hostile files harm nobody."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from services.lapor.desk import tables
from services.lapor.desk.tables import LARGEST, MOST_ROWS, UnreadableTableError, read_table
from shared.core.ticket import new_ticket
from shared.security import Role
from tests.services.lapor.desk import opened, table

RISKY = re.compile(r'^[\s"]*[=+\-@]')


@pytest.fixture
async def door(house):
    async with opened(house(mode="by_hand", review="never")) as found:
        yield found


def sheet(*rows: tuple[Any, ...]) -> bytes:
    """Write an XLSX file as an officer's spreadsheet would: numbers are numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for line, row in enumerate(rows):
            page.write_row(line, 0, row)
    return file.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def exported(door: Any, ending: str) -> bytes:
    answer = await door.get(f"/worklist.{ending}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="lapor.{ending}"'
    content: bytes = answer.content
    return content


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_a_list_that_was_exported_and_typed_comes_back_and_ends_as_if_the_api_had_done_it(
    door, house, lapor, ending
):
    told = [await door.mirror.verified() for _ in range(3)]
    listed = await read_table(await exported(door, ending))
    assert listed[0][:4] == ["tiket", "nomor", "judul", "isi"]
    assert [row[0] for row in listed[1:]] == [one.ticket for one in told]
    api = house()
    numbers = []
    for row in listed[1:3]:
        typed = lapor.held.add(lapor.one((await typed_as(api, lapor)).ticket).sent)
        row[1] = f"#{typed.id}" if ending == "csv" else str(typed.id)
        numbers.append(str(typed.id))
    back = table(*listed) if ending == "csv" else sheet(*(tuple(row) for row in listed))
    answer = await door.upload("/numbers", back, f"daftar.{ending}")
    assert answer.json() == {"dry_run": False, "numbered": 2, "known": 0, "skipped": 1}, answer.text
    assert (await door.upload("/numbers", back)).json()["known"] == 2
    for one, number in zip(told, numbers, strict=False):
        row = await door.mirror.row(one.ticket)
        assert (row["state"], row["lapor_id"], row["institution_id"]) == ("created", number, 2)
        assert len(await door.mirror.published(one.ticket)) == 1
    tickets = [one.ticket for one in told[:2]]
    await door.mirror.sql.execute("UPDATE lapor.mirror SET due_at = NULL WHERE ticket <> ALL($1)", tickets)
    while await api.mirror.look_at_one():
        await door.mirror.sql.execute("UPDATE lapor.mirror SET due_at = NULL WHERE status IS NOT NULL")
    assert (await door.mirror.row(told[0].ticket))["status"] == "Belum Terverifikasi"
    assert [item["ticket"] for item in await door.work()] == [told[2].ticket]


async def typed_as(api: Any, lapor: Any) -> Any:
    """Let LAPOR! hold a complaint like the one that an officer types in."""
    given = await api.verified()
    await api.work()
    assert lapor.count(given.ticket) == 1
    await api.sql.execute("UPDATE lapor.mirror SET due_at = NULL WHERE ticket = $1", given.ticket)
    return given


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "a,=1+1", "\t=1", "x;=2"])
async def test_no_cell_of_an_export_is_ever_a_formula(door, text):
    await door.mirror.verified(text=text)
    for row in rows_of((await exported(door, "csv")).decode()):
        assert not [cell for cell in row.values() if RISKY.match(cell)]
        assert not [cell for cell in row.values() if re.search(r"[;,|\t\r\n][\s\"]*[=+\-@]", cell)]
    with zipfile.ZipFile(io.BytesIO(await exported(door, "xlsx"))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page


async def test_a_text_that_is_longer_than_a_cell_is_cut_and_says_so(door):
    await door.mirror.verified(text="Jalan rusak. " * 3_000)
    (_, row) = await read_table(await exported(door, "xlsx"))
    assert row[3].endswith("(terpotong; selengkapnya di halaman petugas)")
    assert len(row[3]) < 32_767


async def test_an_export_holds_no_sealed_complaint_and_goes_to_no_operator(door):
    sealed = await door.mirror.verified(sealed=True)
    assert sealed.ticket not in (await exported(door, "csv")).decode()
    door.role = Role.OPERATOR
    assert (await door.get("/worklist.csv")).json()["code"] == "role_sees_no_words"


async def test_one_wrong_row_and_nothing_is_stored_and_each_fault_names_its_row(door):
    told = [await door.mirror.verified() for _ in range(4)]
    await door.order(told[3].ticket, "number", {"number": "9300009"})
    answer = await door.upload(
        "/numbers",
        table(
            ("Tiket", "Nomor LAPOR"),
            (told[0].ticket, "9300001"),
            ("NTB-0000-00001", "9300002"),
            (new_ticket(), "9300003"),
            (told[1].ticket, "sembilan"),
            (told[1].ticket, "9300009"),
            (told[2].ticket, "9300001"),
            (told[0].ticket, "9300004"),
            (told[3].ticket, "9300005"),
        ),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_invalid")
    errors = answer.json()["errors"]
    assert [one["pointer"] for one in errors] == [f"#/rows/{row}" for row in (3, 4, 5, 6, 7, 8, 9)]
    assert f"sudah milik aduan {told[3].ticket}" in errors[3]["detail"]
    assert f"sudah dipakai tiket {told[0].ticket}" in errors[4]["detail"]
    assert errors[6]["detail"].endswith("Aduan ini sudah bernomor 9300009 di LAPOR!")
    assert (await door.mirror.row(told[0].ticket))["lapor_id"] is None


async def test_a_dry_run_checks_all_and_stores_nothing(door):
    told = await door.mirror.verified()
    content = table(("tiket", "nomor"), (told.ticket, "9300100"))
    assert (await door.upload("/numbers", content, dry_run="true")).json()["numbered"] == 1
    assert (await door.mirror.row(told.ticket))["state"] == "by_hand"
    assert (await door.upload("/numbers", content)).json() == {
        "dry_run": False, "numbered": 1, "known": 0, "skipped": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbftiket;nomor\r\n{ticket};9300200\r\n",
        b"sep=;\r\nTICKET;NUMBER\r\n{ticket};#9300200\r\n",
        b"nomor\ttiket\n9300200\t{ticket}\n",
        b'"nomor","tiket","catatan"\n"\'9300200","\'{ticket}","caf\xe9"\n',
    ],
)
async def test_files_are_read_as_spreadsheets_write_them(door, content):
    told = await door.mirror.verified()
    answer = await door.upload("/numbers", content.replace(b"{ticket}", told.ticket.lower().encode()))
    assert answer.json().get("numbered") == 1, answer.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_columns_wrong"),
        (b"judul,isi\na,b\n", "table_columns_wrong"),
        (b"tiket,nomor,nomor\n", "table_columns_wrong"),
        (b"tiket,nomor\n\0,1\n", "table_unreadable"),
        (b'tiket,nomor\n"a,1\n', "table_unreadable"),
        (b"PK\x03\x04 no archive", "table_unreadable"),
        (b"tiket,nomor\n" + b"a,1\n" * MOST_ROWS, "table_too_large"),
    ],
)
async def test_what_is_no_list_of_numbers_is_said(door, content, code):
    answer = await door.upload("/numbers", content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_form_without_a_file_and_a_file_that_is_too_large_are_refused(door):
    answer = await door.client.post("/v1/lapor/numbers", files={"other": ("x.csv", b"tiket,nomor")})
    assert answer.json()["code"] == "file_missing"
    answer = await door.client.post("/v1/lapor/numbers", json={"tiket": "x"})
    assert answer.json()["code"] == "file_missing"
    answer = await door.upload("/numbers", b"a" * (LARGEST + 20_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    door.role = Role.OPERATOR
    assert (await door.upload("/numbers", b"tiket,nomor\n")).status_code == 403


def replaced(content: bytes, name: str, part: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for info in given.infolist():
            made.writestr(info.filename, part if info.filename == name else given.read(info))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
CORNER = HEAD + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + TAIL
LONG = b"x" * 30_000
STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + LONG + b"</t></si></sst>"
MANY = HEAD + b"".join(
    b'<row r="%d">' % row + b'<c t="s"><v>0</v></c>' * 50 + b"</row>" for row in range(1, 4_000)
) + TAIL  # fmt: skip
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + HEAD + b'<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>' + TAIL
)  # fmt: skip


def bomb() -> bytes:
    return replaced(sheet(("tiket",)), SHEET, b" " * (40 * 1024 * 1024))


def liar() -> bytes:
    """A part that says that it holds ten bytes, and holds forty million."""
    content = bytearray(bomb())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.find(mark)
        while start >= 0:
            name = 46 if mark == b"PK\x01\x02" else 30
            if content[start + name : start + name + len(SHEET)] == SHEET.encode():
                content[start + at : start + at + 4] = (10).to_bytes(4, "little")
            start = content.find(mark, start + 4)
    return bytes(content)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a zip bomb": bomb,
    "a part that lies about its size": liar,
    "one cell in the last corner": lambda: replaced(sheet(("tiket",)), SHEET, CORNER),
    "one long text a hundred thousand times": lambda: replaced(
        replaced(sheet(("tiket",)), "xl/sharedStrings.xml", STRINGS), SHEET, MANY
    ),
    "entities": lambda: replaced(sheet(("tiket",)), SHEET, ENTITIES),
    "no sheet": lambda: replaced(sheet(("tiket",)), SHEET, b"<html/>"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_spreadsheet_is_refused_in_seconds_and_the_house_stays_as_it_was(door, name):
    content = HOSTILE[name]()
    assert len(content) < LARGEST
    began = datetime.now(UTC)
    answer = await door.upload("/numbers", content, "daftar.xlsx")
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"table_too_large", "table_unreadable", "table_columns_wrong"}
    assert (datetime.now(UTC) - began).total_seconds() < 14
    told = await door.mirror.verified()
    good = sheet(("tiket", "nomor"), (told.ticket, 9300300))
    assert (await door.upload("/numbers", good)).json()["numbered"] == 1


async def test_a_spreadsheet_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(tables, "_PATIENCE_S", 0.001)
    with pytest.raises(UnreadableTableError) as caught:
        await read_table(sheet(("tiket",)))
    assert caught.value.code == "table_too_large"
