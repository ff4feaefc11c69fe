"""Where the operator's own limits and ladder are."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Settings


class ClockSettings(Settings):
    """`NTBCARE_CASEWORK_LIMITS`, `NTBCARE_CASEWORK_LADDER`: tables whose rows replace or add to the shipped ones."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_CASEWORK_")

    limits: str = ""
    """A file of the operator's own limits over `clocks/limits.csv`; empty for none."""
    ladder: str = ""
    """A file of the operator's own steps over `clocks/ladder.csv`; empty for none."""
