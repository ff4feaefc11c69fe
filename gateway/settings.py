"""The gateway's settings."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class GatewaySettings(Settings):
    """`NTBCARE_GATEWAY_METRICS_TOKEN`: who holds it may read `/metrics`; without it only the machine itself may."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_GATEWAY_")

    metrics_token: Secret | None = None
