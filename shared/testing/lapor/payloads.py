"""What may be posted, field by field: anything else is refused. Source of LAPOR!'s own: public clients of the API."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

TICKET = re.compile(r"\[(NTB-[0-9A-Z]{4}-[0-9A-Z]{5})\] ")
_Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]
_Id = Annotated[int, Field(ge=1)]


class Strict(BaseModel):
    """No field too many, none too few, none of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewComplaint(Strict):
    """The body of `POST /complaints/complaint`."""

    title: Annotated[_Words, Field(max_length=200)]
    content: _Words
    channel: _Id
    is_new_user_slider: bool
    user_id: _Id | None = None
    emailUser: str | None = None  # noqa: N815 - LAPOR!'s own name
    nameUser: str | None = None  # noqa: N815 - as above
    phoneUser: str | None = None  # noqa: N815 - as above
    is_inbox: bool
    is_disposisi_slider: bool
    classification_id: _Id
    disposition_id: _Id
    category_id: _Id | None
    priority_program_id: _Id | None
    location_id: _Id
    community_id: _Id | None
    date_of_incident: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    copy_externals: list[_Id]
    info_disposition: str
    info_attachments: list[_Id]
    tags_raw: str
    is_approval: bool
    is_anonymous: bool
    is_secret: bool
    is_priority: bool
    attachments: Literal[False] | Annotated[str, Field(pattern=r"^\[[0-9]{1,18}(,[0-9]{1,18})*\]\.$")]

    @model_validator(mode="after")
    def _one_reporter(self) -> Self:
        person = (self.emailUser, self.nameUser, self.phoneUser)
        if self.is_new_user_slider and (self.user_id is not None or not all(person)):
            raise ValueError("with is_new_user_slider: emailUser, nameUser and phoneUser, and no user_id")
        if not self.is_new_user_slider and (self.user_id is None or any(person)):
            raise ValueError("without is_new_user_slider: user_id alone")
        return self

    @property
    def files(self) -> list[int]:
        """The files that it names."""
        return [int(number) for number in re.findall(r"[0-9]+", self.attachments or "")]


class Reporter(Strict):
    """Who filed a complaint at LAPOR! itself."""

    name: _Words
    email: str = ""
    phone: str = ""


class Incoming(Strict):
    """A complaint that a citizen filed at LAPOR! itself, and that LAPOR! assigned to an institution."""

    title: Annotated[_Words, Field(max_length=200)]
    content: _Words
    institution_id: _Id
    is_secret: bool = False
    is_anonymous: bool = False
    location_name: str = ""
    reporter: Reporter | None = None


class Rejection(Strict):
    """The body of `POST /complaints/process/{id}/reject`: not our authority, pass it on."""

    is_request: Literal[1]
    not_authority: Literal[1]
    reason: Annotated[str, Field(pattern=r"^[0-9]{1,18}$", description="The institution that should have it.")]
    reason_description: _Words


class NewFollowup(BaseModel):
    """The form fields of `POST /complaints/followup/add`: text, as a form sends it."""

    model_config = ConfigDict(extra="forbid")

    user_id: _Id
    institution_from_id: _Id
    institution_to_id: _Id
    complaint_id: _Id
    info_disposition: str
    template_code: _Words
    rating: Literal["0"]
    is_secret: Literal["0", "1"]
    content: Annotated[_Words, Field(max_length=1000)]


def mistakes(error: Any) -> list[dict[str, str]]:
    """Return what is wrong, by field, without what was sent."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [{"field": ".".join(map(str, one["loc"])) or "body", "message": one["msg"]} for one in found]
