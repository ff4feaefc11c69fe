"""What is said over HTTP about looks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.casework.looks.rules import LONGEST_REASON, SHORTEST_REASON, What
from shared.core.text import clean_text


def _clean(value: object) -> object:
    return clean_text(value).strip() if isinstance(value, str) else value


def _reason_length(text: str) -> str:
    if not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
        raise PydanticCustomError("reason_length", "Sebutkan alasannya, 10 sampai 300 karakter")
    return text


class LookIn(BaseModel):
    """Why the officer must know who complained: 10 to 300 characters, read by the Inspectorate."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: Annotated[str, BeforeValidator(_clean), AfterValidator(_reason_length)]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ReporterOut(_Out):
    """Who complained, as far as they said; what is not known is null."""

    ticket: str
    channel: str
    name: str | None
    phone: str | None
    email: str | None
    identifier_kind: str | None = Field(description="msisdn, psid (Facebook), igsid (Instagram), …")
    identifier: str | None = Field(description="As the provider knows them; never a secret name of a device.")


class LookOut(_Out):
    """Somebody looked."""

    at: datetime
    account_id: UUID
    role: str
    what: What
    ticket: str | None = Field(description="None where a message has no complaint, or its case is not open yet.")
    subject_id: UUID | None = Field(description="Which attachment or message was looked at.")
    reason: str | None


class LooksOut(BaseModel):
    """A page of looks, the newest first."""

    items: list[LookOut]
    next_cursor: int | None = Field(description="The `cursor` of the next page; null on the last.")
