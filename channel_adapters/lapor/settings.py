"""The settings of the channel `lapor`. The service lapor has the prefix NTBCARE_LAPOR_: this is its door alone."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secrets, Settings


class LaporDoorSettings(Settings):
    """`NTBCARE_LAPOR_DOOR_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_LAPOR_DOOR_")

    secrets: Secrets
    """What the service lapor signs with; two while it is being rotated."""
