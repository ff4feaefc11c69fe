"""Regencies' settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class RegenciesSettings(Settings):
    """`NTBCARE_REGENCIES_DATABASE_URL`: `postgresql://ntbcare_regencies:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_REGENCIES_")

    database_url: Secret
