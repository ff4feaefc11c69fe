"""Lapor's settings."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.contents import ContentSettings
from shared.core.settings import HttpAddress, Secret, SecretsIfAny

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")

_ADDRESS_OF = TypeAdapter(HttpAddress)
Seconds = Annotated[float, Field(ge=0)]


class LaporSettings(ContentSettings):
    """Where LAPOR! is, who we are there, what goes, how patient we are. Ids are LAPOR!'s own; times are in seconds.

    `attachments…` is intake's store, which this service only reads.
    """

    model_config = SettingsConfigDict(env_prefix="NTBCARE_LAPOR_")

    database_url: Secret
    mode: Literal["api", "by_hand"] = "api"
    """`by_hand`: an officer types everything in at LAPOR!'s own pages; no call is made."""
    base_url: str = ""
    auth: Secret | None = None
    """With or without the scheme in front."""
    token: Secret | None = None
    """With its curly braces."""
    auth_header: str = "auth"
    auth_scheme: str = "Bearer"
    user_id: int = 0
    """The gateway's own account: the reporter at LAPOR! is never the citizen."""
    channel_id: int = 0
    institution_id: int
    """The province's: receives what the directory's `lapor_institutions.csv` does not name."""
    location_id: int = 34
    """Of what the directory's `lapor_locations.csv` does not name."""
    classification_id: int = 6
    follow_up_template: str = "followup"
    system_templates: str = "disposition"
    """Codes of follow-ups that are lines of LAPOR!'s own log, besides those that its masters call so."""
    zone: Literal["WIB", "WITA"] = "WIB"
    """Of LAPOR!'s times, which name none."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    list_path: str = ""
    """The address of LAPOR!'s list of complaints below `base_url`, where this account has one."""
    list_since: str = ""
    """A day, as 2026-12-01: complaints that citizens filed there from then on arrive; earlier ones are history."""
    trust_list: bool = False
    """Whether what is not on that list is not there: then what is in doubt is told again without a person."""

    policy: str = ""
    """A table in place of `policy.csv`."""
    review: Literal["when_masked", "always", "never"] = "when_masked"
    """When an officer sees a complaint before it goes."""
    disposition: Literal["direct", "province"] = "direct"
    """Whom a new complaint is given to at LAPOR!: the agency's institution, or the province's, which passes it on."""

    door_url: Annotated[str, AfterValidator(lambda value: value and _ADDRESS_OF.validate_python(value))] = ""
    """Intake's door for complaints that citizens filed at LAPOR!."""
    door_secrets: SecretsIfAny = ()

    connect_s: Seconds = 30
    submit_s: Seconds = 90
    read_s: Seconds = 30
    retry_s: Seconds = 60
    """The first wait before another try; it doubles, up to an hour."""
    settle_s: Seconds = 300
    """After a call of which nobody knows whether it arrived: how long LAPOR! may take before we look."""
    pause_s: Seconds = 300
    """How long everything rests when LAPOR! refuses our secrets, or fails several times in a row."""
    look_every_s: Seconds = 10_800
    look_again_s: Seconds = 3_600
    """After a look that failed."""
    list_every_s: Seconds = 900
    masters_every_s: Seconds = 86_400
    looks_per_hour: Annotated[int, Field(ge=1)] = 100
    sends_per_hour: Annotated[int, Field(ge=1)] = 600
    """How many complaints, files, follow-ups and dispositions may go out in an hour."""
    exchanges_days: Annotated[int, Field(ge=1)] = 30

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(
                "this is no address; write https://host/path without a name, a password or a question mark"
            )
        return value.rstrip("/")

    @field_validator("list_path")
    @classmethod
    def _a_path(cls, value: str) -> str:
        if value and not _PATH.fullmatch(value):
            raise ValueError("this is no path; write it as it stands behind the base address, such as /complaints/list")
        return value

    @field_validator("list_since")
    @classmethod
    def _a_day(cls, value: str) -> str:
        try:
            return value and date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError("this is no day; write it as 2026-12-01") from None

    @field_validator("auth_header")
    @classmethod
    def _a_header(cls, value: str) -> str:
        if not _HEADER_NAME.fullmatch(value):
            raise ValueError("this is no name of a header; write auth or Authorization")
        return value

    @field_validator("auth", "token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _HEADER_VALUE.fullmatch(value.get_secret_value()):
            raise ValueError("this cannot stand in a header; look for quotes, spaces or line breaks that came along")
        return value

    @model_validator(mode="after")
    def _can_call(self) -> Self:
        if self.mode == "api":
            needed: dict[str, object] = {"base_url": self.base_url, "auth": self.auth, "token": self.token}
            needed |= {"user_id": self.user_id, "channel_id": self.channel_id}
            if missing := [f"NTBCARE_LAPOR_{name.upper()}" for name, value in needed.items() if not value]:
                raise ValueError(f"{', '.join(missing)} missing; without them set NTBCARE_LAPOR_MODE=by_hand")
        return self

    @model_validator(mode="after")
    def _make_sense_together(self) -> Self:
        if self.list_path and self.arrivals_since is None:
            raise ValueError(
                "NTBCARE_LAPOR_LIST_PATH needs NTBCARE_LAPOR_LIST_SINCE: from which day on complaints arrive"
            )
        if self.trust_list and not self.list_path:
            raise ValueError("NTBCARE_LAPOR_TRUST_LIST needs NTBCARE_LAPOR_LIST_PATH")
        if self.door_url and not self.door_secrets:
            raise ValueError("NTBCARE_LAPOR_DOOR_URL needs NTBCARE_LAPOR_DOOR_SECRETS")
        return self

    @property
    def arrivals_since(self) -> date | None:
        """The day of `list_since`."""
        return date.fromisoformat(self.list_since) if self.list_since else None

    @property
    def system_codes(self) -> frozenset[str]:
        """The codes of `system_templates`."""
        return frozenset(code.strip() for code in self.system_templates.split(",") if code.strip())
