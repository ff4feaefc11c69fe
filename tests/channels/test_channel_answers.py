"""What each provider hears: after the commit, and when it is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from shared.channels.discovery import available_channels
from shared.channels.protocol import Channel, Receipt, RefusedError
from tests.channels.cases import all_cases, build_request, environment

RECEIPT = Receipt(
    provider_message_id="m_1",
    disposition="opened",
    complaint_id=UUID(int=1),
    ticket="NTB-0000-00000",
    access_code="kode-rahasia",
    received_at=datetime(2026, 9, 29, 3, 0, tzinfo=UTC),
    duplicate=False,
)
FORMS = {"lapor": "complaints", "mobile": "submissions", "web": "submissions"}
"""The file of each form's fixtures."""
GATEWAY = [("body_too_large", 413), ("rate_limited", 429), ("unavailable", 503)]


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_meta_hears_a_short_plain_text(name, channels):
    for receipts in ([], [RECEIPT], [RECEIPT, replace(RECEIPT, duplicate=True)]):
        answer = channels[name].answer("/", receipts)
        assert (answer.status, answer.body) == (200, b"EVENT_RECEIVED")
        assert answer.content_type.startswith("text/plain")


def test_a_gateway_hears_nothing_that_could_reach_the_citizen(channels):
    for door in {door.path for door in channels["sms"].doors} - {"/channels/sms/twilio"}:
        for receipts in ([], [RECEIPT]):
            answer = channels["sms"].answer(door, receipts)
            assert (answer.status, answer.body) == (200, b"")


def test_twilio_hears_an_empty_document_because_it_would_send_any_other_to_the_citizen(channels):
    answer = channels["sms"].answer("/channels/sms/twilio", [RECEIPT])
    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert answer.content_type.startswith("text/xml")


def test_the_app_gets_ticket_and_access_code(channels):
    answer = channels["mobile"].answer("/", [RECEIPT])
    assert (answer.status, answer.content_type) == (201, "application/json")
    assert json.loads(answer.body) == {
        "ticket": "NTB-0000-00000",
        "access_code": "kode-rahasia",
        "status_url": "/v1/complaints/NTB-0000-00000",
        "received_at": "2026-09-29T03:00:00Z",
    }
    assert answer.headers["Location"] == "/v1/complaints/NTB-0000-00000"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Idempotent-Replayed" not in answer.headers


def test_a_repeated_submission_gets_the_same_answer_and_is_told_so(channels):
    first = channels["mobile"].answer("/", [RECEIPT])
    again = channels["mobile"].answer("/", [replace(RECEIPT, duplicate=True)])
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("name", available_channels())
@pytest.mark.parametrize(("reason", "status"), [*GATEWAY, ("surprise", 400)])
def test_a_refusal_of_the_gateway_keeps_its_status_and_tells_no_secret(name, reason, status, channels):
    answer = channels[name].refuse("/", RefusedError(reason, status=status, detail="Coba lagi \ud800 nanti."))
    assert answer.status == status
    assert len(answer.body) < 500
    secrets = [value for setting, value in environment().items() if "SECRET" in setting or "TOKEN" in setting]
    assert not any(secret in answer.body.decode() for secret in secrets)


def test_the_app_hears_a_problem_document_in_indonesian(channels):
    error = RefusedError("idempotency_key_reused", status=422, detail="Pakai kunci baru.", pointer=None)
    answer = channels["mobile"].refuse("/", error)
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.body) == {
        "type": "urn:ntbcare:problem:idempotency_key_reused",
        "title": "Kunci ini sudah dipakai untuk pengaduan lain",
        "status": 422,
        "detail": "Pakai kunci baru.",
        "code": "idempotency_key_reused",
    }


def test_several_mistakes_are_named_together(channels):
    case = next(case for case in all_cases() if str(case).startswith("mobile-submissions-an ordinary"))
    request = replace(build_request(case), body=b'{"text":"","anonimous":true,"place":{"latitude":-8.5}}')
    with pytest.raises(RefusedError) as error:
        channels["mobile"].normalize(request)
    assert error.value.pointer == "/text"
    for word in ("/text", "/anonimous", "/place"):
        assert word in error.value.detail


def _schema(channel: Channel) -> Any:
    operation: Any = channel.doors[0].operation
    return operation["requestBody"]["content"]["application/json"]["schema"]


def test_our_service_lapor_gets_the_ticket_and_whether_it_was_known_and_no_access_code(channels):
    for duplicate, status in ((False, 201), (True, 200)):
        answer = channels["lapor"].answer("/", [replace(RECEIPT, duplicate=duplicate)])
        assert (answer.status, answer.content_type) == (status, "application/json")
        assert json.loads(answer.body) == {
            "ticket": "NTB-0000-00000",
            "complaint_id": str(UUID(int=1)),
            "duplicate": duplicate,
            "received_at": "2026-09-29T03:00:00Z",
        }


@pytest.mark.parametrize("receipts", [[], [replace(RECEIPT, complaint_id=None, ticket=None)]])
def test_our_service_lapor_is_never_told_of_success_without_a_ticket(receipts, channels):
    with pytest.raises(RefusedError) as refused:
        channels["lapor"].answer("/", receipts)
    assert (refused.value.reason, refused.value.status) == ("internal_error", 500)


@pytest.mark.parametrize("name", ["lapor", "mobile", "web"])
def test_the_schema_of_our_own_form_is_valid_and_whole(name, channels):
    jsonschema.Draft202012Validator.check_schema(_schema(channels[name]))
    assert "$ref" not in json.dumps([door.operation for door in channels[name].doors])


@pytest.mark.parametrize("name", ["lapor", "mobile", "web"])
def test_the_schema_of_our_own_form_takes_every_submission_of_the_fixtures(name, channels):
    validator = jsonschema.Draft202012Validator(_schema(channels[name]))
    cases = [case for case in all_cases() if (case.channel, case.file) == (name, FORMS[name])]
    bodies = [case.request["body"] for case in cases if "/messages" not in case.request["path"]]
    documents = [body for body in bodies if isinstance(body, dict) and "$repeat" not in str(body)]
    assert len(documents) > 5
    for document in documents:
        validator.validate(document)
    assert not validator.is_valid({**documents[0], "anonimous": True})
    assert not validator.is_valid({"text": "x" * 10_001})


def test_the_same_content_has_the_same_fingerprint_and_other_content_another(channels):
    case = next(case for case in all_cases() if str(case).startswith("mobile-submissions-an ordinary"))
    request = build_request(case)

    def told(body: bytes):
        return channels["mobile"].normalize(replace(request, body=body)).messages[0]

    first = told(b'{"text":"Pohon tumbang","anonymous":false}')
    same = told(b'{ "text": "Pohon tumbang\\n" }')
    other = told(b'{"text":"Pohon tumbang","anonymous":true}')
    assert first.provider_message_id == same.provider_message_id == other.provider_message_id
    assert first.fingerprint == same.fingerprint
    assert first.fingerprint != other.fingerprint
