"""The settings of the channel `facebook`."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Names, Secret, Secrets, Settings


class FacebookSettings(Settings):
    """`NTBCARE_FACEBOOK_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_FACEBOOK_")

    app_secrets: Secrets
    """The Meta app's secret; two while it is being rotated."""
    verify_token: Secret
    """The word that proves us to Meta when the callback address is registered."""
    pages: Names
    """The ids of our Pages."""
