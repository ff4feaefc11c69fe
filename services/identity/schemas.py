"""What identity takes and says over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.identity.passwords import LONGEST
from shared.security import Kind, Role

_CODE = Field(default=None, max_length=40, description="Of the authenticator app, or a recovery code.")
_AGENCIES = Field(description="Keys of the directory, for example NTB.DIKPORA.")
_REGIONS = Field(description="Codes of regions, for example 52.03; empty: no region binds.")


class SignIn(BaseModel):
    """A username and its password, and a one-time code where one is enrolled."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=LONGEST)
    code: str | None = _CODE


class Access(BaseModel):
    """A token for `Authorization: Bearer`, and what it reaches."""

    token: str
    expires_at: datetime
    role: Role
    agencies: tuple[str, ...] = _AGENCIES
    regions: tuple[str, ...] = _REGIONS


class Session(Access):
    """A session: its token, and what renews it."""

    session_id: UUID
    refresh: str = Field(
        description="For POST /v1/sessions/refresh, once: each answer brings the next. Keep it secret."
    )
    ends_at: datetime = Field(description="When one must sign in again, however often it is renewed.")


class Refresh(BaseModel):
    """What renews a session."""

    refresh: str = Field(max_length=200)


class ServiceSignIn(BaseModel):
    """A machine's service token."""

    token: str = Field(max_length=200, description="What `ntbcare officers service add` printed: ntbc_…")


class Me(BaseModel):
    """Who is signed in."""

    username: str
    display_name: str
    email: str | None
    kind: Kind
    role: Role
    agencies: tuple[str, ...] = _AGENCIES
    regions: tuple[str, ...] = _REGIONS


class OpenSession(BaseModel):
    """One of the caller's sessions."""

    id: UUID
    current: bool
    method: str = Field(description="password, code, recovery or oidc")
    agent: str = Field(description="Browser and system, coarsely.")
    opened_at: datetime
    seen_at: datetime = Field(description="When it was renewed last.")
    ends_at: datetime


class OpenSessions(BaseModel):
    """The caller's sessions, the newest first."""

    sessions: list[OpenSession]


class NewPassword(BaseModel):
    """The old password and the new one, and a one-time code where one is enrolled."""

    old: str = Field(max_length=LONGEST)
    new: str = Field(max_length=LONGEST)
    code: str | None = _CODE


class Enrol(BaseModel):
    """The password once more, and a code of the authenticator in use if there is one."""

    password: str = Field(max_length=LONGEST)
    code: str | None = _CODE


class Enrolment(BaseModel):
    """A key for an authenticator app, told once."""

    secret: str = Field(description="In base32, to be typed.")
    uri: str = Field(description="otpauth://…, to be shown as a QR code.")


class Confirm(BaseModel):
    """The app's first code."""

    code: str = Field(max_length=40)


class RecoveryCodes(BaseModel):
    """Ten codes for the day when the telephone is gone: each is good once, and they are told once."""

    recovery_codes: list[str]
