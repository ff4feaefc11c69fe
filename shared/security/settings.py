"""The public keys by which every service knows identity's tokens."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Settings
from shared.security.keys import read_public_key


class SecuritySettings(Settings):
    """`NTBCARE_SECURITY_TOKEN_PUBLIC_KEY`: one key; or two, separated by a comma, while they are exchanged."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SECURITY_")

    token_public_key: str

    @field_validator("token_public_key")
    @classmethod
    def _readable(cls, value: str) -> str:
        _read(value)
        return value

    @property
    def public_keys(self) -> tuple[Ed25519PublicKey, ...]:
        """The keys whose signatures count."""
        return _read(self.token_public_key)


def _read(value: str) -> tuple[Ed25519PublicKey, ...]:
    return tuple(read_public_key(part) for part in value.split(","))
