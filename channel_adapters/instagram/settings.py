"""The settings of the channel `instagram`."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Names, Secret, Secrets, Settings


class InstagramSettings(Settings):
    """`NTBCARE_INSTAGRAM_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INSTAGRAM_")

    app_secrets: Secrets
    """The Meta app's secret, the Instagram app's secret (Instagram Login signs with that one), or both."""
    verify_token: Secret
    """The word that proves us to Meta when the callback address is registered."""
    accounts: Names
    """The ids of our professional Instagram accounts."""
