"""The settings of the channel `mobile`."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Names, Settings


class MobileSettings(Settings):
    """`NTBCARE_MOBILE_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_MOBILE_")

    apps: Names = ("ntbcare",)
    """The names of the apps that may submit (`X-App-Id`); the first is meant when an app gives none."""
