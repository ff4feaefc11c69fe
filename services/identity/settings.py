"""Identity's settings."""

from datetime import timedelta

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.identity.rules import CODE_ROLES, Limits
from shared.core.settings import Names, Secret, Secrets, Settings
from shared.security import Role
from shared.security.keys import read_signing_key

_NOBODY = ("none",)


class IdentityDatabaseSettings(Settings):
    """`NTBCARE_IDENTITY_DATABASE_URL`: all that `ntbcare officers` needs."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_IDENTITY_")

    database_url: Secret


class IdentitySettings(IdentityDatabaseSettings):
    """`NTBCARE_IDENTITY_…`."""

    signing_key: Secret
    """Ed25519, base64 of 32 bytes. Every service knows its public half as `NTBCARE_SECURITY_TOKEN_PUBLIC_KEY`."""
    vault_keys: Secrets
    """What closes authenticators' keys at rest; the new and the old one while they are exchanged."""
    sign_ins_per_minute: int = 20
    """How many passwords one address may try; an agency's office shares one address."""
    totp_required: Names = tuple(role.value for role in CODE_ROLES)
    """Roles that sign in with a one-time code only; `none` for no role."""
    token_minutes: int = Field(default=10, ge=1, le=60)
    """How long an access token is good, and so outlives its session at most."""
    session_idle_minutes: int = Field(default=60, ge=1)
    """A session that was not renewed for so long is over; more than a token's life."""
    session_hours: int = Field(default=12, ge=1)
    """A session is over after so long whatever happens: an office day."""

    @field_validator("signing_key")
    @classmethod
    def _readable(cls, value: SecretStr) -> SecretStr:
        read_signing_key(value.get_secret_value())
        return value

    @field_validator("totp_required")
    @classmethod
    def _roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(value) - {role.value for role in Role} if value != _NOBODY else set()
        if unknown:
            raise ValueError(f"no roles: {', '.join(sorted(unknown))}; write roles separated by commas, or none")
        return value

    @property
    def code_roles(self) -> frozenset[Role]:
        """The roles of `totp_required`."""
        return frozenset(Role(name) for name in self.totp_required if name not in _NOBODY)

    @property
    def lifetime(self) -> timedelta:
        """How long an access token is good."""
        return timedelta(minutes=self.token_minutes)

    @property
    def limits(self) -> Limits:
        """How long a session lives."""
        return Limits(idle=timedelta(minutes=self.session_idle_minutes), longest=timedelta(hours=self.session_hours))
