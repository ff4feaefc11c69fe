"""Intake's settings."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Secrets, Settings


class IntakeSettings(Settings):
    """`NTBCARE_INTAKE_…`. `vault_keys`: newest first; older ones still open and find what they once closed."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INTAKE_")

    database_url: Secret
    vault_keys: Secrets
    access_code_key: Secret
    attachments: str = "attachments"
    """What keeps attachments' contents, shared by the intake processes: a folder, or `s3://bucket/prefix`."""
    attachments_endpoint: str = ""
    """Of an object store that is not Amazon's."""
    attachments_region: str = "us-east-1"
    attachments_access_key: str = ""
    attachments_secret_key: Secret | None = None
    raw_requests_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """How long requests are kept as they came; those that are parked wait for a person, however long."""
    submissions_per_minute: int = 30
    """How many requests one address may send to a public door; a village office shares one address."""
    lookups_per_minute: int = 60
    """How many tickets one address may look up: what keeps access codes from being guessed."""
