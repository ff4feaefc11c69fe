"""What the stand-in for LAPOR! once answered it holds again after it was killed at any instant."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from shared.http.client import AsyncClient, HTTPError
from shared.testing.lapor import JournalError, create_simulator
from tests.services.lapor.caller import AUTH, JPEG, TOKEN, Caller

FILED = {"title": "Jalan rusak", "content": "Jalan di depan pasar rusak.", "institution_id": 3}


async def everything(lapor: Caller):
    held = await lapor.held()
    held.pop("calls")
    masters = [
        (await lapor.http.get(f"/_simulator/masters/{kind}")).json()
        for kind in ("institutions", "categories", "locations")
    ]
    return held, masters, (await lapor.switch()).json()


async def test_everything_is_there_again_after_a_restart(stand_in, tmp_path):
    journal = tmp_path / "lapor.jsonl"
    lapor = await stand_in(journal=journal, timetable=[(0, "Terverifikasi")])
    number = (await lapor.upload(JPEG)).json()["results"]["images"][0]["id"]
    first = (await lapor.create(attachments=f"[{number}].")).json()["complaint_id"]
    await lapor.followup(first, files={"attachment[0]": JPEG})
    await lapor.reject(first)
    filed = (await lapor.control("complaints", **FILED, reporter={"name": "Warga"})).json()["id"]
    await lapor.control(f"complaints/{filed}/followups", content="Baik.", files=2, status="Selesai")
    await lapor.http.put("/_simulator/masters/institutions/7", json={"name": "Dinas Sosial", "ours": False})
    await lapor.http.delete("/_simulator/masters/categories/501")
    await lapor.switch(no_id=3, list=True, late_s=0, fail_seed=4)
    await lapor.create()
    await lapor.switch(fail_share=1, fail_ways=["answer_page"])
    await lapor.create()
    again = await stand_in(journal=journal, timetable=[(0, "Terverifikasi")])
    before, after = await everything(lapor), await everything(again)
    assert before == after
    assert (after[2]["no_id"], after[0]["dealt"]) == (1, {"no_id": 2})
    await again.switch(fail_share=0, no_id=0)
    assert (await again.create()).json()["complaint_id"] == filed + 3


@pytest.mark.parametrize("torn", [b"{", b'{"what": "file", "at"', b'{"what": "file"}', b"\x00\xff"])
async def test_a_torn_last_line_is_cut_off_with_a_warning(stand_in, tmp_path, caplog, torn):
    journal = tmp_path / "lapor.jsonl"
    await (await stand_in(journal=journal)).create()
    whole = journal.read_bytes()
    journal.write_bytes(whole + torn)
    lapor = await stand_in(journal=journal)
    assert "line 2 is torn" in caplog.text
    assert journal.read_bytes() == whole
    await lapor.create()
    assert (await (await stand_in(journal=journal)).held())["held"] == 2


def test_a_journal_that_is_none_stops_the_start(tmp_path):
    journal = tmp_path / "lapor.jsonl"
    for text in ("no journal\n{}\n", '{"what": "war", "at": "2026-11-09T01:00:00+00:00", "after": 0}\n'):
        journal.write_text(text)
        with pytest.raises(JournalError):
            create_simulator(auth=AUTH, token=TOKEN, journal=journal)
        assert journal.read_text() == text


async def test_a_journal_that_takes_no_line_lets_nothing_happen(stand_in, tmp_path, monkeypatch):
    journal = tmp_path / "lapor.jsonl"
    lapor = await stand_in(journal=journal)
    await lapor.create()
    whole = journal.read_bytes()
    kept = lapor.app.state.held._journal

    class Full:
        def write(self, raw):
            return kept_file.write(raw[:10])

        def truncate(self, size):
            return kept_file.truncate(size)

    kept_file = kept._file
    monkeypatch.setattr(kept, "_file", Full())
    assert (await lapor.create()).status_code == 500
    monkeypatch.undo()
    assert (journal.read_bytes(), (await lapor.held())["held"]) == (whole, 1)


async def test_a_journal_of_an_earlier_version_is_still_read(stand_in, tmp_path):
    journal = tmp_path / "lapor.jsonl"
    lapor = await stand_in(journal=journal)
    await lapor.create()
    line = json.loads(journal.read_text())
    values = {"template_code": "followup", "template_content": "", "content": "Sedang.", "attachments": [{"id": 2}]}
    values |= {"institution_from_name": "Provinsi", "institution_to_name": ""}
    older = [
        {**line, "after": 0},
        {"what": "file", "at": line["at"], "after": 1},
        {"what": "followup", "at": line["at"], "after": 2, "number": 9165801, "values": values},
        {"what": "status", "at": line["at"], "after": 3, "number": 9165801, "status": "Selesai"},
    ]
    journal.write_text("".join(f"{json.dumps(one)}\n" for one in older))
    again = await stand_in(journal=journal)
    (followup,) = (await again.get("/complaints/9165801/followups")).json()["results"]["data"]
    assert (followup["id"], followup["attachments"]) == (3, [{"id": 2}])
    assert (await again.one(9165801))["status"] == "Selesai"


@pytest.mark.wide
async def test_what_was_answered_outlives_a_kill(tmp_path):
    journal = tmp_path / "lapor.jsonl"
    answered: set[int] = set()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = serve(port, journal, tmp_path)
        try:
            async with AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http:
                lapor = Caller(http)
                await until_it_answers(lapor)
                before = {one["id"] for one in (await lapor.held())["complaints"]}
                assert answered <= before
                tasks = [asyncio.create_task(tell(lapor, answered)) for _ in range(4)]
                await asyncio.sleep(0.4)
                process.send_signal(signal.SIGKILL)
                await asyncio.gather(*tasks)
        finally:
            process.kill()
            process.wait()
    held = create_simulator(auth=AUTH, token=TOKEN, journal=journal).state.held
    assert answered <= set(held.complaints)
    assert len(held.complaints) <= len(answered) + 8, "at most what was under way when it was killed, per kill"


def serve(port, journal, folder) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NTBCARE_")}
    environment |= {"NTBCARE_LAPOR_AUTH": AUTH, "NTBCARE_LAPOR_TOKEN": TOKEN, "NTBCARE_ENV_FILE": str(folder / "no")}
    options = ("--port", str(port), "--journal", str(journal))
    command = [sys.executable, "-m", "deploy.cli.main", "lapor", "simulator", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


async def until_it_answers(lapor: Caller) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        with suppress(HTTPError):
            await lapor.switch()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never answered")


async def tell(lapor: Caller, answered: set[int]) -> None:
    with suppress(HTTPError):
        while True:
            answered.add((await lapor.create()).json()["complaint_id"])
