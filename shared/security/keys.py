"""Ed25519 keys as one line of base64, which an env file carries unharmed: 32 bytes, 44 characters."""

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A signing key for identity (`NTBCARE_IDENTITY_SIGNING_KEY`) and the public key that everybody may know."""

    signing_key: str = field(repr=False)
    public_key: str


def new_key_pair() -> KeyPair:
    """Draw a key pair from the operating system's generator."""
    key = Ed25519PrivateKey.generate()
    return KeyPair(base64.b64encode(key.private_bytes_raw()).decode(), public_key_of(key))


def read_signing_key(text: str) -> Ed25519PrivateKey:
    """Read a signing key. Raises `ValueError`, which does not quote it."""
    return Ed25519PrivateKey.from_private_bytes(_decode(text))


def read_public_key(text: str) -> Ed25519PublicKey:
    """Read a public key. Raises `ValueError`."""
    return Ed25519PublicKey.from_public_bytes(_decode(text))


def public_key_of(key: Ed25519PrivateKey) -> str:
    """Return the public half, as it stands in the settings."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != _BYTES:
        raise ValueError("not an Ed25519 key: base64 of 32 bytes is expected (44 characters)")
    return raw
