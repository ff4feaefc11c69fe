"""The settings of the channel `web`."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Names, Settings


class WebSettings(Settings):
    """`NTBCARE_WEB_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_WEB_")

    sites: Names = ("portal",)
    """The names of the pages that may submit (`X-Site-Id`); the first is meant when a page gives none."""
    shortest_seconds: float = 3.0
    """A person needs at least so long to fill the form in."""
