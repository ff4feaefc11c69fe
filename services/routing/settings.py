"""Routing's settings."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings
from shared.directory.regions import is_region


class BoundariesSetting(BaseModel):
    """A GeoJSON file with its first and last day (none: still in force)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    valid_from: date
    valid_to: date | None = None


class ModelSettings(Settings):
    """What the commands about models need, without a database."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_ROUTING_")

    models: Path = Path(".state/routing-models")
    """The folder of trained models (`ntbcare routing train`); without one the rules decide alone."""


class RoutingSettings(ModelSettings):
    """`NTBCARE_ROUTING_…`; the database URL is `postgresql://ntbcare_routing:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_ROUTING_")

    database_url: Secret
    account_regions: Mapping[str, str] = {}
    """Whose an account is, by channel and account, as JSON: `{"facebook/1234": "52.03"}`. What comes in by it is taken
    to have happened there, where nothing else is said."""

    boundaries: list[BoundariesSetting] = Field(default=[])
    """Where kecamatan (or villages, or regencies) lie, as JSON: `[{"path": "/etc/ntbcare/kecamatan.geojson",
    "valid_from": "2026-01-01"}]`. Without it coordinates decide nothing."""
    sms_codes: str = ""
    """The path of a table of codes at the head of an SMS, in place of ours (`rules/places/sms_codes.csv`)."""

    @field_validator("account_regions")
    @classmethod
    def _known_regions(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        for account, region in given.items():
            if "/" not in account or not is_region(region):
                raise ValueError(f'{account}: {region}: write {{"facebook/1234": "52.03"}}, with a region of NTB')
        return given
