"""The reporter vault: who the reporters are, encrypted, behind a random reference per complaint.

A person is found again by an HMAC of channel and identifier; intake's login role can write identities and find them by
digest, but has no right to read them back.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.channels import Sender

_AES_GCM = b"\x01"
"""First byte of what AES-GCM closed; a Fernet token begins with `g`. It costs a tenth of Fernet at the door."""
_NONCE = 12


class VaultKeys:
    """The vault's keys, newest first: the first closes and signs, all of them open and find."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Derive an encryption key and a digest key from each secret."""
        self._ciphers = [AESGCM(_derive(secret, "encrypt with AES-GCM")) for secret in secrets]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(s, "encrypt"))) for s in secrets])
        self._digest_keys = [_derive(secret, "digest") for secret in secrets]

    @property
    def key_id(self) -> str:
        """Name the newest digest key without giving it away."""
        return hashlib.sha256(self._digest_keys[0]).hexdigest()[:8]

    def digests(self, channel: str, sender: Sender, *more: str) -> list[bytes]:
        """Return the digest of an identifier (and of what else is told) under every key, newest first."""
        said = json.dumps([channel, sender.kind, sender.id, *more]).encode()
        return [hmac.digest(key, said, "sha256") for key in self._digest_keys]

    def close(self, content: object) -> bytes:
        """Encrypt something that JSON can hold: AES-256-GCM under the newest key, with a random nonce (SP 800-38D)."""
        nonce = os.urandom(_NONCE)
        return _AES_GCM + nonce + self._ciphers[0].encrypt(nonce, json.dumps(content).encode(), None)

    def open(self, sealed: bytes) -> Any:
        """Decrypt what `close` made, now or when it still used Fernet, under whichever key.

        Raises `InvalidTag` or `InvalidToken` for anything else.
        """
        if not sealed.startswith(_AES_GCM):
            return json.loads(self._fernet.decrypt(sealed))
        nonce, content = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        for cipher in self._ciphers:
            try:
                return json.loads(cipher.decrypt(nonce, content, None))
            except InvalidTag:
                continue
        raise InvalidTag


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"ntbcare vault {purpose}".encode()).derive(
        secret.encode()
    )
