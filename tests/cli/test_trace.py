"""`ntbcare trace`: a complaint's whole way with its times, for those entitled, without a citizen's words."""

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.core.ids import new_id
from shared.core.settings import SettingsError
from shared.db import Database
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintMirrored,
    ComplaintMirrorStatusChanged,
    ComplaintRated,
    ComplaintReceived,
    ComplaintRouted,
    ComplaintVerified,
    ComplaintWithdrawn,
    ReplyFailed,
    ReplySent,
)
from tests.kafka.pipes import changed, example, received

from .lot import park, publish

WORDS = "Oknum Baiq Contoh 081234567890"


async def journey(
    intake: Database, sql: asyncpg.Connection, *, sealed: bool = False
) -> tuple[ComplaintReceived, list[Any], list[UUID]]:
    complaint = new_id()
    first = received(complaint, text=WORDS, sealed=sealed)
    ticket = {"ticket": first.ticket}
    events: list[Any] = [
        first,
        example(ComplaintRouted, complaint, **ticket),
        example(ComplaintAssigned, complaint, sealed=sealed, **ticket),
        changed(complaint, 2, previous="assigned", state="in_progress", reason=WORDS, **ticket),
    ]
    ids = [(await publish(intake, event))[0] for event in events]
    await sql.execute("UPDATE bus.outbox SET published_at = stored_at + interval '7 ms' WHERE sequence < 4")
    return first, events, ids


async def test_the_whole_way_is_told_with_times_agency_reasons_actor_and_state(run, intake, sql):
    first, events, _ = await journey(intake, sql)
    answer = await run("trace", first.ticket.lower().replace("-", " "))
    assert answer.exit_code == 0, answer.output
    for words in (
        first.ticket,
        "4 accept",
        "6 route",
        "7 work",
        events[1].agency.name,
        events[1].reasons[0],
        "assigned → in_progress (version 2)",
        f"by {events[3].actor.kind} {events[3].actor.id}",
        "State: in_progress (Sedang ditindaklanjuti)",
        "not published yet",
    ):
        assert words in answer.output
    assert "Baiq" not in answer.output


async def test_the_document_holds_each_stops_time_in_utc_and_its_milliseconds(run, intake, sql):
    first, _, ids = await journey(intake, sql)
    answer = await run("trace", first.ticket, "--json")
    document = json.loads(answer.output)
    assert document["state"] == "in_progress"
    assert [step["event_id"] for step in document["steps"]] == [str(one) for one in ids]
    assert [step["sequence"] for step in document["steps"]] == [1, 2, 3, 4]
    assert [step["publish_ms"] for step in document["steps"]] == [7.0, 7.0, 7.0, None]
    stored = await sql.fetch("SELECT stored_at FROM bus.outbox ORDER BY sequence")
    between = round((stored[2]["stored_at"] - stored[1]["stored_at"]).total_seconds() * 1000, 1)
    assert document["steps"][2]["since_previous_ms"] == between
    assert "Baiq" not in answer.output


async def test_times_are_shown_in_wita(run, intake, sql):
    first, _, _ = await journey(intake, sql)
    await sql.execute("UPDATE bus.outbox SET stored_at = '2026-11-09T17:42:07.561Z' WHERE sequence = 1")
    assert "2026-11-10 01:42:07.561" in (await run("trace", first.ticket)).output


async def test_a_sealed_complaint_shows_its_times_but_not_why(run, intake, sql):
    first, events, _ = await journey(intake, sql, sealed=True)
    answer = await run("trace", first.ticket)
    assert "only the Inspectorate sees why" in answer.output
    assert "6 route" in answer.output
    for reason in events[1].reasons + events[2].reasons:
        assert reason not in answer.output
    assert events[1].reasons[0] not in (await run("trace", first.ticket, "--json")).output


async def test_what_is_parked_of_the_complaint_stands_at_the_end(run, intake, routing, sql):
    first, events, ids = await journey(intake, sql)
    await park(routing, events[1], ids[1], "parked", "the agency is unknown")
    answer = await run("trace", first.ticket)
    assert "routing:" in answer.output
    assert "the agency is unknown" in answer.output
    (parked,) = json.loads((await run("trace", first.ticket, "--json")).output)["parked"]
    assert (parked["state"], parked["event_id"]) == ("parked", str(ids[1]))


async def test_an_unknown_ticket_is_an_error(run, sql):
    answer = await run("trace", received(new_id()).ticket)
    assert answer.exit_code == 1
    assert "No complaint has the ticket" in answer.output


@pytest.mark.parametrize("mistype", [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: t[:-1], lambda _: ""])
async def test_a_mistyped_ticket_is_told_before_anything_is_asked(run, settings, mistype):
    settings.delenv("NTBCARE_OPERATOR_DATABASE_URL")
    answer = await run("trace", mistype(received(new_id()).ticket))
    assert answer.exit_code == 2
    assert "mistyped or missing" in " ".join(answer.output.replace("│", " ").split())


async def test_without_the_operators_url_the_error_says_who_may_and_what_is_missing(run, settings):
    settings.delenv("NTBCARE_OPERATOR_DATABASE_URL")
    error = (await run("trace", received(new_id()).ticket)).exception
    assert isinstance(error, SettingsError)
    assert "NTBCARE_OPERATOR_DATABASE_URL" in str(error)
    assert "operator's role" in str(error)


async def test_the_mirror_and_the_replies_stand_on_the_way_and_lapors_status_is_not_taken_for_ours(run, intake, sql):
    first, _, _ = await journey(intake, sql)
    ticket = {"ticket": first.ticket}
    for model, changes in (
        (ComplaintVerified, {}),
        (ReplySent, {"template": "acknowledgement"}),
        (ComplaintMirrored, {"lapor_id": "9165816"}),
        (ComplaintMirrorStatusChanged, {"lapor_id": "9165816", "status": "Selesai", "state": "closed"}),
        (ReplyFailed, {"template": "answer", "reason": "window_closed"}),
    ):
        await publish(intake, example(model, first.complaint_id, **ticket, **changes))
    answer = await run("trace", first.ticket)
    assert answer.exit_code == 0, answer.output
    for words in ("8 mirror", "9 tell", "LAPOR! 9165816: “Selesai”", "template: answer", "reason: window_closed"):
        assert words in answer.output
    assert "State: in_progress" in answer.output


async def test_a_conversation_is_told_by_its_rules_and_facts_without_a_word_of_it(run, intake, sql):
    complaint = new_id()
    first = received(complaint, text=WORDS, rule="stands_alone", asks=("where", "when"), emergency=True)
    await publish(intake, first)
    ticket = {"ticket": first.ticket}
    for model, changes in (
        (ComplaintAppended, {"text": WORDS, "rule": "answers_question", "answers": ("where",), "place": {}}),
        (ComplaintAmended, {"text": WORDS}),
        (AttachmentSettled, {"state": "refused", "problem": "too_large"}),
        (ComplaintRated, {"rating": 2, "text": WORDS}),
        (ComplaintWithdrawn, {}),
    ):
        await publish(intake, example(model, complaint, **ticket, **changes))
    answer = await run("trace", first.ticket)
    assert answer.exit_code == 0, answer.output
    for words in (
        "rule: stands_alone", "asks: where, when", "emergency: life or limb", "author: citizen",
        "rule: answers_question", "answers: where", "change: edited", "image refused too_large", "rating: 2",
        "complaint.withdrawn.v1", "State: received",
    ):  # fmt: skip
        assert words in answer.output
    assert "Baiq" not in answer.output
    assert "Baiq" not in (await run("trace", first.ticket, "--json")).output


async def test_a_complaint_that_later_words_sealed_shows_no_reasons_any_more(run, intake, sql):
    first, events, _ = await journey(intake, sql)
    assert events[1].reasons[0] in (await run("trace", first.ticket)).output
    await publish(intake, example(ComplaintAppended, first.complaint_id, ticket=first.ticket, sealed=True))
    answer = await run("trace", first.ticket)
    assert "only the Inspectorate sees why" in answer.output
    assert events[1].reasons[0] not in answer.output
