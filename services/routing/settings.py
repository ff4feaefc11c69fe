"""Routing's settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class RoutingSettings(Settings):
    """`NTBCARE_ROUTING_DATABASE_URL`: `postgresql://ntbcare_routing:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_ROUTING_")

    database_url: Secret
