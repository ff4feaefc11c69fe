"""What identity takes and says over HTTP."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.identity.passwords import LONGEST
from shared.security import Role


class SignIn(BaseModel):
    """A username and its password."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=LONGEST)


class Session(BaseModel):
    """A token for `Authorization: Bearer`, and what it reaches."""

    token: str
    expires_at: datetime
    role: Role
    agencies: tuple[str, ...] = Field(description="Keys of the directory, for example NTB.DIKPORA.")


class Me(BaseModel):
    """The signed-in officer."""

    username: str
    display_name: str
    role: Role
    agencies: tuple[str, ...]
