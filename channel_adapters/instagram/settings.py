"""The settings of the channel `instagram`."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from channel_adapters._meta.settings import AccountTokens, OptionalTokens
from shared.core.settings import HttpAddress, Names, Secret, Secrets, Settings


class InstagramSettings(Settings):
    """`NTBCARE_INSTAGRAM_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INSTAGRAM_")

    app_secrets: Secrets
    """The Meta app's secret, the Instagram app's secret (Instagram Login signs with that one), or both."""
    verify_token: Secret
    """The word that proves us to Meta when the callback address is registered."""
    accounts: Names
    """The ids of our professional Instagram accounts."""
    app_id: str = ""
    """The id of our own app: what it sent and Meta shows back is known already. Empty where nothing is ever sent."""


class InstagramSendingSettings(Settings):
    """`NTBCARE_INSTAGRAM_…` for the process that answers."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INSTAGRAM_")

    app_secrets: Secrets
    """The first of them proves us to Graph (`appsecret_proof`): the one of the app that the tokens are of."""
    account_tokens: AccountTokens
    """Each account's token: an Instagram user token (Instagram Login), or its Page's (Facebook Login)."""
    app_id: str
    """Our app's id, which the doors must know before anything is sent: by it alone do they tell what this house sent,
    and Meta shows back, from what an officer wrote in Instagram itself."""
    graph_url: HttpAddress = "https://graph.instagram.com/v26.0"
    """Host and version: graph.instagram.com with Instagram Login, graph.facebook.com with Facebook Login."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""
    sends_per_second: Annotated[int, Field(ge=1, le=300)] = 100
    """How many messages a second Meta takes of one account."""
    private_replies_per_hour: Annotated[int, Field(ge=1)] = 750
    """How many private replies to comments an hour."""

    @field_validator("app_id")
    @classmethod
    def _is_told(cls, given: str) -> str:
        if not given.strip():
            raise ValueError("is empty; without it what we send comes back as the agency's answer to the complaint")
        return given


class InstagramReadingSettings(InstagramSettings):
    """`NTBCARE_INSTAGRAM_…` for the process that reads back what was missed."""

    account_tokens: OptionalTokens = Field(default_factory=dict)
    """The tokens that answer also read; an account without one cannot be read, and its health says so."""
    graph_url: HttpAddress = "https://graph.instagram.com/v26.0"
    """Host and version of the Graph API."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""
