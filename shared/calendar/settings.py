"""Where the operator's own tables of the calendar are."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Settings


class CalendarSettings(Settings):
    """`NTBCARE_CALENDAR`: a folder of tables whose rows replace or add to the shipped ones; empty for none."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_")

    calendar: str = ""
