"""One message that breaks our own code is parked alone; what came with it is taken in."""

from typing import Any

import pytest

from services.intake import repository
from services.intake.ledger.sifting import sift
from shared.channels import Translation
from shared.channels.protocol import Ignored, Unreadable
from shared.contents import StoreUnavailableError
from shared.db import OvertakenError
from tests.services.intake.counting import complaints_of, rows_of
from tests.services.intake.provider import message, signed, webhook


def _chokes_on(words: str, monkeypatch) -> None:
    whole = repository.store

    async def chokes(tx, channel, judged, *others):
        if any(one.message.text == words for one in (each.draft for each in judged)):
            raise ValueError(words)
        await whole(tx, channel, judged, *others)

    monkeypatch.setattr(repository, "store", chokes)


async def test_of_a_batch_only_the_message_that_breaks_us_is_parked(http, sql, monkeypatch):
    _chokes_on("racun", monkeypatch)
    mids = [f"m_sift_{number}" for number in range(40)]
    elements = [message("facebook", mid, f"Lampu jalan mati {mid}") for mid in mids]
    elements[17] = message("facebook", "m_sift_17", "racun")
    before = await rows_of(sql)
    body = webhook("facebook", *elements)
    answer = await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    assert answer.status_code == 200
    assert set(await complaints_of(sql, mids)) == set(mids) - {"m_sift_17"}
    assert (await rows_of(sql) - before)["intake.raw_request"] == 1
    kept = await sql.fetchrow("SELECT state, unreadable, body FROM intake.raw_request ORDER BY id DESC LIMIT 1")
    assert (kept["state"], kept["unreadable"]) == ("parked", [["internal_error", "messages.17"]])
    assert kept["body"] == body


async def test_who_is_overtaken_while_it_is_tried_out_is_tried_again_and_not_taken_for_harmless(http, sql, monkeypatch):
    calls = iter(range(100))
    _chokes_on("racun", monkeypatch)
    chokes = repository.store

    async def overtaken_at_every_other_try(*args: Any) -> None:
        if next(calls) % 2:
            raise OvertakenError
        await chokes(*args)

    monkeypatch.setattr(repository, "store", overtaken_at_every_other_try)
    elements = [message("facebook", "m_tried_good", "Lampu mati"), message("facebook", "m_tried_bad", "racun")]
    body = webhook("facebook", *elements)
    answer = await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    assert answer.status_code == 200
    assert set(await complaints_of(sql, ["m_tried_good", "m_tried_bad"])) == {"m_tried_good"}
    kept = await sql.fetchrow("SELECT state, unreadable FROM intake.raw_request ORDER BY id DESC LIMIT 1")
    assert (kept["state"], kept["unreadable"]) == ("parked", [["internal_error", "messages.1"]])


async def test_what_passes_by_itself_is_no_ones_fault():
    async def probe(_: Translation) -> None:
        raise StoreUnavailableError("DiskFull")

    with pytest.raises(StoreUnavailableError):
        await sift(Translation(ignored=(Ignored(reason="x"),)), probe)


async def test_a_large_request_with_few_bad_parts_needs_few_tries():
    tries = 0

    async def probe(part: Translation) -> None:
        nonlocal tries
        tries += 1
        if any(one.reason in {"bad_3", "bad_700"} for one in part.ignored):
            raise ValueError

    whole = Translation(
        ignored=tuple(Ignored(reason=f"bad_{number}") for number in range(1000)),
        unreadable=(Unreadable(reason="unknown_shape", where="entry.9"),),
    )
    good = await sift(whole, probe)
    assert len(good.ignored) == 998
    assert [one.where for one in good.unreadable] == ["entry.9", "ignored.3", "ignored.700"]
    assert tries < 50


async def test_where_everything_breaks_us_the_whole_request_is_parked():
    async def probe(_: Translation) -> None:
        raise ValueError

    good = await sift(Translation(ignored=tuple(Ignored(reason="x") for _ in range(500))), probe)
    assert good == Translation(unreadable=(Unreadable(reason="internal_error"),))
