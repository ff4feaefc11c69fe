"""Tokens: what identity signs is believed, and nothing else."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.identity.tokens import LIFETIME, sign_token
from shared.core.errors import UnauthenticatedError
from shared.core.settings import SettingsError
from shared.security import Principal, Role, SecuritySettings, new_key_pair
from shared.security.keys import read_signing_key
from shared.security.tokens import AUDIENCE, ENROLMENT, LEEWAY_S, read_token

KEY = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()
OFFICER = Principal(
    account_id=UUID("0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a66"),
    role=Role.LIAISON,
    agencies=("52.03.DINKES", "NTB.DIKPORA"),
    regions=("52.03",),
    session_id=UUID("0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a67"),
)


def now() -> datetime:
    return datetime.now(UTC)


def claims(**changes: object) -> dict[str, Any]:
    base = {
        "iss": "ntbcare-identity",
        "aud": "ntbcare",
        "sub": str(OFFICER.account_id),
        "role": "liaison",
        "agencies": ["NTB.DIKPORA"],
        "regions": [],
        "kind": "officer",
        "iat": now(),
        "exp": now() + timedelta(hours=1),
    } | changes
    return {name: value for name, value in base.items() if value is not None}


def signed(key=KEY, algorithm="EdDSA", **changes) -> str:
    return jwt.encode(claims(**changes), key, algorithm)


def by_hand(header: dict[str, str], signature: bytes = b"") -> str:
    """Write a token that PyJWT itself would refuse to write."""
    body = claims(iat=int(now().timestamp()), exp=int(now().timestamp()) + 3600)
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hmac_with_the_public_key(public: bytes) -> str:
    """HS256 whose secret is what everybody knows: the classic confusion."""
    unsigned = by_hand({"alg": "HS256", "typ": "JWT"}).rsplit(".", 1)[0]
    mac = hmac.digest(public, unsigned.encode(), "sha256")
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_token_brings_back_who_it_was_signed_for():
    token, expires_at = sign_token(OFFICER, KEY, now())
    assert read_token(token, [KEY.public_key()]) == OFFICER
    assert timedelta(0) <= now() + LIFETIME - expires_at < timedelta(seconds=2)


def test_a_token_for_enrolling_is_believed_only_where_enrolling_is_asked_for():
    token, _ = sign_token(OFFICER, KEY, now(), audience=ENROLMENT)
    assert read_token(token, [KEY.public_key()], audiences=(AUDIENCE, ENROLMENT)) == OFFICER


def test_a_token_holds_no_name():
    token, _ = sign_token(OFFICER, KEY, now())
    body = jwt.decode(token, options={"verify_signature": False})
    assert set(body) == {"iss", "aud", "sub", "role", "agencies", "regions", "kind", "sid", "iat", "exp"}


REFUSED: dict[str, Callable[[], str]] = {
    "signed by another key": lambda: signed(OTHER),
    "alg none": lambda: by_hand({"alg": "none", "typ": "JWT"}),
    "alg None in capitals": lambda: by_hand({"alg": "NONE", "typ": "JWT"}),
    "no alg": lambda: by_hand({"typ": "JWT"}),
    "HS256 with the public key's bytes": lambda: hmac_with_the_public_key(KEY.public_key().public_bytes_raw()),
    "HS256 with the public key's PEM": lambda: hmac_with_the_public_key(
        KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
    "EdDSA without a signature": lambda: by_hand({"alg": "EdDSA", "typ": "JWT"}),
    "EdDSA with zeros": lambda: by_hand({"alg": "EdDSA", "typ": "JWT"}, bytes(64)),
    "another audience": lambda: signed(aud="elsewhere"),
    "another issuer": lambda: signed(iss="somebody"),
    "no audience": lambda: signed(aud=None),
    "no issuer": lambda: signed(iss=None),
    "no end": lambda: signed(exp=None),
    "no subject": lambda: signed(sub=None),
    "issued in the future": lambda: signed(iat=now() + timedelta(minutes=5)),
    "a role that does not exist": lambda: signed(role="root"),
    "no role": lambda: signed(role=None),
    "agencies that are no list": lambda: signed(agencies="NTB.DIKPORA"),
    "no agencies": lambda: signed(agencies=None),
    "no regions": lambda: signed(regions=None),
    "no kind": lambda: signed(kind=None),
    "a kind that does not exist": lambda: signed(kind="god"),
    "a session that is none": lambda: signed(sid="mine"),
    "only for enrolling": lambda: signed(aud=ENROLMENT),
    "a subject that is no account": lambda: signed(sub="admin"),
    "not a token": lambda: "aaa.bbb.ccc",
    "nothing": lambda: "",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_token_that_is_not_ours_is_refused(fault):
    with pytest.raises(UnauthenticatedError) as refused:
        read_token(REFUSED[fault](), [KEY.public_key()])
    assert refused.value.code == "not_signed_in"


def test_a_changed_token_is_refused():
    head, body, signature = signed().split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["role"] = "inspectorate"
    changed = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    with pytest.raises(UnauthenticatedError):
        read_token(f"{head}.{changed}.{signature}", [KEY.public_key()])


def test_an_expired_token_says_so_and_a_clock_may_be_a_little_late():
    ago = now() - LIFETIME
    late, _ = sign_token(OFFICER, KEY, ago - timedelta(seconds=LEEWAY_S + 2))
    just, _ = sign_token(OFFICER, KEY, ago - timedelta(seconds=LEEWAY_S - 5))
    with pytest.raises(UnauthenticatedError) as refused:
        read_token(late, [KEY.public_key()])
    assert refused.value.code == "token_expired"
    assert read_token(just, [KEY.public_key()]) == OFFICER


def test_an_expired_token_of_a_stranger_is_no_expired_session():
    token = signed(OTHER, exp=now() - timedelta(hours=1))
    with pytest.raises(UnauthenticatedError) as refused:
        read_token(token, [KEY.public_key()])
    assert refused.value.code == "not_signed_in"


def test_two_public_keys_let_the_signing_key_be_exchanged(monkeypatch, tmp_path):
    old, new = new_key_pair(), new_key_pair()
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_SECURITY_TOKEN_PUBLIC_KEY", f"{new.public_key},{old.public_key}")
    keys = SecuritySettings.load().public_keys
    for pair in (old, new):
        token, _ = sign_token(OFFICER, read_signing_key(pair.signing_key), now())
        assert read_token(token, keys) == OFFICER


def test_a_key_pair_survives_an_env_file(monkeypatch, tmp_path):
    pair = new_key_pair()
    env_file = tmp_path / ".env"
    env_file.write_text(f"NTBCARE_SECURITY_TOKEN_PUBLIC_KEY={pair.public_key}\n")
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(env_file))
    monkeypatch.delenv("NTBCARE_SECURITY_TOKEN_PUBLIC_KEY", raising=False)
    token, _ = sign_token(OFFICER, read_signing_key(pair.signing_key), now())
    assert read_token(token, SecuritySettings.load().public_keys) == OFFICER


@pytest.mark.parametrize("value", ["", "not base64!", "c2hvcnQ=", "A" * 44 + ",A"])
def test_a_public_key_that_is_none_stops_the_start(value, monkeypatch, tmp_path):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_SECURITY_TOKEN_PUBLIC_KEY", value)
    with pytest.raises(SettingsError, match="NTBCARE_SECURITY_TOKEN_PUBLIC_KEY: not an Ed25519 key"):
        SecuritySettings.load()


def test_a_signing_key_is_not_shown_by_accident():
    pair = new_key_pair()
    assert pair.signing_key not in repr(pair)
