"""The settings of the channel `facebook`."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from channel_adapters._meta.settings import AccountTokens, OptionalTokens
from shared.core.settings import HttpAddress, Names, Secret, Secrets, Settings


class FacebookSettings(Settings):
    """`NTBCARE_FACEBOOK_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_FACEBOOK_")

    app_secrets: Secrets
    """The Meta app's secret; two while it is being rotated."""
    verify_token: Secret
    """The word that proves us to Meta when the callback address is registered."""
    pages: Names
    """The ids of our Pages."""
    app_id: str = ""
    """The id of our own app: what it sent and Meta shows back is known already. Empty where it is not told."""


class FacebookSendingSettings(Settings):
    """`NTBCARE_FACEBOOK_…` for the process that answers."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_FACEBOOK_")

    app_secrets: Secrets
    """The first of them proves us to Graph (`appsecret_proof`)."""
    page_tokens: AccountTokens
    """The Page access token of each Page."""
    graph_url: HttpAddress = "https://graph.facebook.com/v26.0"
    """Host and version of the Graph API."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""
    sends_per_second: Annotated[int, Field(ge=1, le=300)] = 100
    """How many messages a second Meta takes of one account."""
    private_replies_per_hour: Annotated[int, Field(ge=1)] = 750
    """How many private replies to comments an hour."""


class FacebookReadingSettings(FacebookSettings):
    """`NTBCARE_FACEBOOK_…` for the process that reads back what was missed."""

    page_tokens: OptionalTokens = Field(default_factory=dict)
    """The tokens that answer also read; an account without one cannot be read, and its health says so."""
    graph_url: HttpAddress = "https://graph.facebook.com/v26.0"
    """Host and version of the Graph API."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""
