"""Requests between our own processes: whoever knows the secret, within five minutes, and nobody else.

The vectors come from `printf '<timestamp>.<body>' | openssl dgst -sha256 -hmac <secret>`.
"""

import hmac
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shared.security.signed import SIGNATURE, TIMESTAMP, TOLERANCE, check, sign, signed_headers

LIVE, NEXT = SecretStr("lapor-door-9f2c47d1a6e0"), SecretStr("lapor-next-51be0c88d312")
NOW = datetime(2026, 9, 29, 3, 0, tzinfo=UTC)
SENT = 1790650800
BODY = b'{"number":"9165816"}'
VECTORS = [
    (LIVE, SENT, BODY, "7d1a657dce80507c488021ea1f4c97d62174b91eb263c4caa0f9a2c75c40c02c"),
    (LIVE, 0, b"", "501af91752ca10d20c549deb9ee6bf6573888a6ad720e84cfba0d5d394ce4245"),
    (LIVE, SENT, b"\x00\xff\r\n", "c7e8dcc10f4080b1a9f38c19c7e504c49dbb245fd6ed8d1feb0e8d87bbf8534a"),
    (
        NEXT,
        SENT,
        '{"title":"Jalan rusak 😡"}'.encode(),
        "259c797550fcab8a991fa57ac16da2e375af3724e8e9232d150fb223a23b9978",
    ),
]


@pytest.mark.parametrize(("secret", "timestamp", "body", "hexadecimal"), VECTORS)
def test_a_signature_is_what_openssl_makes_of_the_same_bytes(secret, timestamp, body, hexadecimal):
    assert sign(secret, timestamp, body) == f"sha256={hexadecimal}"


def told(**changes: object) -> str:
    headers = signed_headers(LIVE, BODY, NOW)
    known: dict[str, object] = {"timestamp": headers[TIMESTAMP], "signature": headers[SIGNATURE]}
    return check((LIVE, NEXT), **({**known, "body": BODY, "now": NOW} | changes))  # type: ignore[arg-type]


def test_what_is_signed_now_is_believed_now():
    assert told() == "valid"
    assert told(timestamp=f" {SENT} ") == "valid"


def test_both_secrets_count_while_they_are_rotated():
    assert told(signature=sign(NEXT, SENT, BODY)) == "valid"
    assert told(signature=sign(SecretStr("somebody-elses-5b7d"), SENT, BODY)) == "wrong"


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [
        (TOLERANCE, "valid"),
        (-TOLERANCE, "valid"),
        (TOLERANCE + timedelta(seconds=1), "expired"),
        (-TOLERANCE - timedelta(seconds=1), "expired"),
        (timedelta(days=4000), "expired"),
    ],
)
def test_a_signature_lives_for_five_minutes_on_either_side(apart, verdict):
    assert told(now=NOW + apart) == verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"body": b""},
        {"timestamp": str(SENT + 1)},
        {"signature": "sha256=" + "0" * 64},
        {"signature": sign(LIVE, SENT, BODY).removeprefix("sha256=")},
        {"signature": sign(LIVE, SENT, BODY).upper()},
        {"signature": f"{sign(LIVE, SENT, BODY)}, {sign(LIVE, SENT, BODY)}"},
        {"signature": "sha256=é\udcff"},
        {"timestamp": "9" * 5000},
        {"timestamp": "١٧٩٠٦٥٠٨٠٠"},
    ],
)
def test_what_is_not_these_very_bytes_at_this_very_time_is_refused(changes):
    assert told(**changes) == "wrong"


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "+1790650800", "1790650800.0", "0x1", f'{SENT}.{{"number"'])
def test_a_time_that_is_no_number_of_seconds_is_refused_however_well_it_is_signed(timestamp):
    content = timestamp.encode() + b"." + BODY
    signature = "sha256=" + hmac.new(LIVE.get_secret_value().encode(), content, "sha256").hexdigest()
    assert told(timestamp=timestamp, signature=signature) == ("wrong" if timestamp else "missing")


@pytest.mark.parametrize("absent", [{"timestamp": None}, {"signature": None}, {"signature": " "}])
def test_who_shows_nothing_is_told_so(absent):
    assert told(**absent) == "missing"


@pytest.mark.parametrize("changes", [{}, {"signature": sign(NEXT, SENT, BODY)}, {"signature": None}])
def test_every_secret_is_tried_whatever_was_shown(changes, monkeypatch):
    compared: list[bytes] = []
    compare = hmac.compare_digest

    def count(given: bytes, expected: bytes) -> bool:
        compared.append(expected)
        return compare(given, expected)

    monkeypatch.setattr("shared.security.signed.hmac.compare_digest", count)
    told(**changes)
    assert len(set(compared)) == 2
