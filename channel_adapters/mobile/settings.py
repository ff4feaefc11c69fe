"""The settings of the channel `mobile`."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import HttpAddress, Names, Secret, Settings


class MobileSettings(Settings):
    """`NTBCARE_MOBILE_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_MOBILE_")

    apps: Names = ("ntbcare",)
    """The names of the apps that may submit (`X-App-Id`); the first is meant when an app gives none."""


class PushSettings(Settings):
    """`NTBCARE_MOBILE_PUSH_…` for the process that answers: a service account of our Firebase project.

    Without the key nobody is woken, and the app asks by itself.
    """

    model_config = SettingsConfigDict(env_prefix="NTBCARE_MOBILE_PUSH_")

    project: Annotated[str, Field(pattern="^[a-z0-9-]*$")] = ""
    """`project_id` of the service account's file."""
    client_email: str = ""
    """`client_email` of that file."""
    private_key: Secret | None = None
    """`private_key` of that file, in one line, its line breaks written as \\n as they stand there."""
    url: HttpAddress = "https://fcm.googleapis.com"
    """Firebase Cloud Messaging."""
    token_url: HttpAddress = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    """`token_uri` of that file."""
    timeout_s: Annotated[float, Field(gt=0, le=20)] = 10.0
    """For each step of a call."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.private_key is not None and not (self.project and self.client_email):
            raise ValueError("NTBCARE_MOBILE_PUSH_PRIVATE_KEY needs …_PROJECT and …_CLIENT_EMAIL of the same file")
        return self
