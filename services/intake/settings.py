"""Intake's settings."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.contents import ContentSettings
from shared.core.settings import Secret, Secrets


class IntakeSettings(ContentSettings):
    """`NTBCARE_INTAKE_…`. `vault_keys`: newest first; older ones still open and find what they once closed."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INTAKE_")

    database_url: Secret
    vault_keys: Secrets
    access_code_key: Secret
    raw_requests_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """How long requests are kept as they came; those that are parked wait for a person, however long."""
    uploads: str = ""
    """The folder where uploads lie until their words come, shared by the intake processes; empty: `.uploads` in the
    attachments' folder, or here where those are in an object store."""
    upload_mb: int = 50
    """Megabytes of the largest upload."""
    uploads_per_device: int = 60
    """How many uploads a device may begin in a day."""
    uploads_mb_per_device: int = 500
    """How many megabytes those may have together."""
    uploads_mb: int = 10_000
    """How many megabytes may lie in the folder: devices are free to invent."""
    upload_requests_per_minute: int = 600
    """How many requests that bring little (`uploads/pace.py`) one device may send for its uploads."""
    upload_requests_per_minute_and_address: int = 3_000
    """The same for all devices behind one address: a mobile operator's customers share it."""
    submissions_per_minute: int = 30
    """How many requests one address may send to a public door; a village office shares one address."""
    lookups_per_minute: int = 60
    """How many tickets one address may look up: what keeps access codes from being guessed."""
