"""Routing's settings."""

from collections.abc import Mapping

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings
from shared.directory.regions import is_region


class RoutingSettings(Settings):
    """`NTBCARE_ROUTING_…`; the database URL is `postgresql://ntbcare_routing:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_ROUTING_")

    database_url: Secret
    account_regions: Mapping[str, str] = {}
    """Whose an account is, by channel and account, as JSON: `{"facebook/1234": "52.03"}`. What comes in by it is taken
    to have happened there, where nothing else is said."""

    @field_validator("account_regions")
    @classmethod
    def _known_regions(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        for account, region in given.items():
            if "/" not in account or not is_region(region):
                raise ValueError(f'{account}: {region}: write {{"facebook/1234": "52.03"}}, with a region of NTB')
        return given
