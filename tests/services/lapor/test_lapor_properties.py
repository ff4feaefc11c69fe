"""Whatever LAPOR! answers is read without a fault, what an officer writes arrives whole, no word gets into a log."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.lapor import rules
from services.lapor.wire import reading
from services.lapor.wire.exchanges import redact

NOW = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
TICKET = "NTB-79E7-3T8DN"
FIELDS = """
    results data data_logs complaint_id complaint id images docs next_page_url message status status_name date
    created_at content attachments template_code disposition_id 0
"""
NAMES = some.sampled_from(FIELDS.split())
DOCUMENTS = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=30),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)
READERS = [
    *(reading.created, reading.uploaded, reading.done, reading.followed_up, reading.looked),
    *(reading.follow_ups, reading.listed_page, reading.masters),
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(document=DOCUMENTS, status=some.sampled_from([200, 201, 204, 302, 404, 429, 500]))
@settings(max_examples=60, deadline=None)
def test_whatever_lapor_answers_is_an_outcome_and_no_fault(read: Any, document: Any, status: int) -> None:
    body = json.dumps(document).encode()
    assert read(reading.Answer(status=status, headers={}, body=body, at=NOW)) is not None


@given(words=some.text(min_size=1, max_size=6000), number=some.integers(1, 9999))
@settings(max_examples=150, deadline=None)
def test_a_follow_up_arrives_whole_in_pieces_that_lapor_takes(words: str, number: int) -> None:
    pieces = rules.follow_up_pieces(TICKET, number, words)
    assert all(len(piece) <= rules.FOLLOW_UP_LENGTH for piece in pieces)
    assert all(piece.startswith(f"[{TICKET} #{number}") for piece in pieces)
    arrived = "".join(piece.split("] ", 1)[1] for piece in pieces)
    assert "".join(arrived.split()) == "".join(words.split())


@given(document=DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_no_text_of_an_exchange_is_kept_but_under_names_that_hold_no_words(document: Any) -> None:
    secret = "Talud embung Contohsari retak tiga jengkal di sisi timur"
    hidden = json.loads(json.dumps(document).replace('"content": "', f'"content": "{secret} '))
    assert secret not in json.dumps(redact(hidden, (secret,)))


def test_who_complained_at_lapor_is_in_no_exchange() -> None:
    entry = {
        "id": 9170001,
        "reporter": {"name": "Siti", "phone": "081234567890", "email": "s@contoh.id"},
        "reason": "12",
    }
    kept = json.dumps(redact({"results": {"data": [entry]}}))
    assert "9170001" in kept
    assert '"12"' in kept
    assert not [word for word in ("Siti", "0812") if word in kept]


@given(first=some.text(max_size=200))
def test_the_same_words_are_known_again_however_their_lines_are_broken(first: str) -> None:
    broken = "\n ".join(first.split())
    assert rules.digest(first) == rules.digest(broken)


@pytest.mark.parametrize(
    ("content", "ticket"),
    [
        (f"[{TICKET}] Lampu padam.", TICKET),
        ("[ntb-79e7-3t8dn] Lampu padam.", None),
        (f"  [{TICKET} #3 1/2] Sudah.", TICKET),
        ("[NTB-79E7-3T8DX] Salah ketik.", None),
        ("Tentang [NTB-79E7-3T8DN].", TICKET),
        ("<p>[NTB-79E7-3T8DN]</p> Lampu padam.", TICKET),
        (f"{'kata ' * 50}[NTB-79E7-3T8DN]", None),
        ("", None),
    ],
)
def test_our_ticket_stands_at_the_head_or_nowhere(content: str, ticket: str | None) -> None:
    assert rules.leading_ticket(content) == ticket
