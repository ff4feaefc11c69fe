"""Identity's settings."""

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings
from shared.security.keys import read_signing_key


class IdentityDatabaseSettings(Settings):
    """`NTBCARE_IDENTITY_DATABASE_URL`: all that `ntbcare officers` needs."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_IDENTITY_")

    database_url: Secret


class IdentitySettings(IdentityDatabaseSettings):
    """`NTBCARE_IDENTITY_…`."""

    signing_key: Secret
    """Ed25519, base64 of 32 bytes. Every service knows its public half as `NTBCARE_SECURITY_TOKEN_PUBLIC_KEY`."""
    sign_ins_per_minute: int = 20
    """How many passwords one address may try; an agency's office shares one address."""

    @field_validator("signing_key")
    @classmethod
    def _readable(cls, value: SecretStr) -> SecretStr:
        read_signing_key(value.get_secret_value())
        return value
