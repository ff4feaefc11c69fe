"""Monitoring's settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class MonitoringSettings(Settings):
    """`NTBCARE_MONITORING_DATABASE_URL`: `postgresql://ntbcare_monitoring:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_MONITORING_")

    database_url: Secret
