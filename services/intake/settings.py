"""Intake's settings."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Secrets, Settings


class IntakeSettings(Settings):
    """`NTBCARE_INTAKE_…`. `vault_keys`: newest first; older ones still open and find what they once closed."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_INTAKE_")

    database_url: Secret
    vault_keys: Secrets
    access_code_key: Secret
    attachments: Path = Path("attachments")
    """The folder that keeps attachments' contents, shared by the intake processes."""
    submissions_per_minute: int = 30
    """How many requests one address may send to a public door; a village office shares one address."""
    lookups_per_minute: int = 60
    """How many tickets one address may look up: what keeps access codes from being guessed."""
