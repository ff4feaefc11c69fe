"""Lapor's settings."""

import re
from functools import cached_property

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_INSTITUTION = re.compile(r"([^=\s]+)=([0-9]+)")


class LaporSettings(Settings):
    """Where LAPOR! is, who we are there, how patient we are. Ids are LAPOR!'s own; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_LAPOR_")

    database_url: Secret
    base_url: str
    auth: Secret
    """With or without the scheme in front."""
    token: Secret
    """With its curly braces."""
    auth_header: str = "auth"
    auth_scheme: str = "Bearer"
    user_id: int
    """The gateway's own account: the reporter at LAPOR! is never the citizen."""
    channel_id: int
    institution_id: int
    """The province's: receives what `institutions` does not name."""
    institutions: str = ""
    """Agency key=institution id, separated by commas."""
    location_id: int = 34
    classification_id: int = 6

    connect_s: float = 30
    submit_s: float = 90
    read_s: float = 30
    retry_s: float = 60
    """The first wait before another try; it doubles, up to an hour."""
    pause_s: float = 300
    """How long everything rests when LAPOR! refuses our secrets, or fails several times in a row."""
    look_every_s: float = 10_800
    look_again_s: float = 3_600
    """After a look that failed."""
    looks_per_hour: int = 100

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError(
                "this is no address; write https://host/path without a name, a password or a question mark"
            )
        return value.rstrip("/")

    @field_validator("auth_header")
    @classmethod
    def _a_header(cls, value: str) -> str:
        if not _HEADER_NAME.fullmatch(value):
            raise ValueError("this is no name of a header; write auth or Authorization")
        return value

    @field_validator("auth", "token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        if not _HEADER_VALUE.fullmatch(value.get_secret_value()):
            raise ValueError("this cannot stand in a header; look for quotes, spaces or line breaks that came along")
        return value

    @field_validator("institutions")
    @classmethod
    def _pairs(cls, value: str) -> str:
        wrong = [pair for pair in _split(value) if not _INSTITUTION.fullmatch(pair)]
        if wrong:
            raise ValueError(f"write AGENCY_KEY=ID,AGENCY_KEY=ID; this is none: {wrong[0]}")
        return value

    @cached_property
    def institution_ids(self) -> dict[str, int]:
        """LAPOR!'s institution of each agency that has one of its own there."""
        pairs = (pair.split("=") for pair in _split(self.institutions))
        return {agency: int(institution) for agency, institution in pairs}


def _split(value: str) -> list[str]:
    return [pair.strip() for pair in value.split(",") if pair.strip()]
