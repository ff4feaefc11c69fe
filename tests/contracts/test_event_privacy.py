"""No event has a field for what belongs into the reporter vault."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from shared.events import (
    EVENTS,
    AgencyRef,
    CandidateAgency,
    CitizenPrompted,
    ComplaintReceived,
    DetectedPlace,
    Event,
    LocatedIn,
)

PERSONAL = {
    *("name", "names", "fullname", "nama", "username", "handle", "profile", "user", "sender", "avatar", "signature"),
    *("phone", "telephone", "telepon", "mobile", "number", "nomor", "msisdn", "whatsapp", "wa", "contact"),
    *("email", "mail", "address", "alamat", "ip", "device", "imei"),
    *("psid", "igsid", "asid", "nik", "ktp", "kk", "npwp", "passport", "birth", "birthdate", "gender"),
}
NOT_OF_A_PERSON = {(AgencyRef, "name"), (CandidateAgency, "name"), (DetectedPlace, "name"), (LocatedIn, "name")}
"""Names of agencies and of places."""


def models_in(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return the model and every model that its fields reach."""
    found, open_ = {model}, [model]
    while open_:
        for field in open_.pop().model_fields.values():
            new = _models(field.annotation) - found
            found |= new
            open_ += new
    return found


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for part in get_args(annotation) for model in _models(part)}


def personal_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields whose name, word by word, is one of the vault's."""
    return sorted(
        f"{owner.__name__}.{name}"
        for owner in models_in(model)
        for name in owner.model_fields
        if PERSONAL & set(name.split("_")) and (owner, name) not in NOT_OF_A_PERSON
    )


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_no_event_has_a_field_that_could_hold_who_the_reporter_is(event: type[Event]) -> None:
    assert personal_fields(event) == [], "keep it in the reporter vault; the event carries `reporter`, a reference"


def test_what_somebody_wrote_that_is_no_complaint_is_in_no_event() -> None:
    assert not {"text", "words", "attachments", "place"} & CitizenPrompted.model_fields.keys()


def test_the_rule_finds_such_a_field_however_deep_it_sits() -> None:
    class Person(BaseModel):
        phone_number: str

    class Talkative(ComplaintReceived):
        witnesses: tuple[Person, ...] | None = None
        sender_name: str = ""

    assert personal_fields(Talkative) == ["Person.phone_number", "Talkative.sender_name"]
