"""Casework's settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class CaseworkSettings(Settings):
    """`NTBCARE_CASEWORK_DATABASE_URL`: `postgresql://ntbcare_casework:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_CASEWORK_")

    database_url: Secret
