"""The relay's settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class RelaySettings(Settings):
    """`NTBCARE_RELAY_DATABASE_URL`: `postgresql://ntbcare_relay:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_RELAY_")

    database_url: Secret
