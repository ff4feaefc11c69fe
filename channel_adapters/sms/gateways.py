"""Gateways that are described in settings, as JSON: how they deliver to us, and how they take what we send.

Indonesian aggregators have no common interface, and some publish theirs to customers only.
"""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from shared.core.settings import HeaderSecret, HttpAddress, Secret

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
Model = TypeVar("Model", bound=BaseModel)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("this is no time zone; write for example Asia/Makassar")
    return value


def _header_value(value: SecretStr) -> SecretStr:
    if not (value.get_secret_value().isascii() and value.get_secret_value().isprintable()):
        raise ValueError("a header must have no letters outside ASCII")
    return value


Paths = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]
"""Where something stands; the first place that has anything counts. A field's name in a query or a form; in JSON and
XML the names on the way, `message.from`, in a list a number, and `@name` for an attribute; namespaces are left out."""


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HmacRule(_Described):
    """A signature over the raw body (over the raw query where there is none)."""

    header: Annotated[str, Field(min_length=1), AfterValidator(str.lower)]
    secret: Secret
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    """What stands before it, such as `sha256=`."""


class OnlyRule(_Described):
    """What tells messages from all else that comes to the same address."""

    path: Paths
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class InboundGateway(_Described):
    """How one gateway delivers text messages to `/channels/sms/external/<name>/<token>`."""

    token: Secret
    """The last part of the address."""
    hmac: HmacRule | None = None
    basic: HeaderSecret | None = None
    """`user:password`, where it signs in besides."""
    format: Literal["query", "form", "json", "xml"] = "query"
    """`query` and `form` say the same: fields, wherever they stand. The others are documents that are posted."""
    items: str = ""
    """Where in JSON or XML the messages stand; empty: the document is one, or a list of them."""
    number: str = ""
    """Which of our numbers it serves, where a message does not say."""
    sender: Paths = ("from", "sender")
    text: Paths = ("text", "message")
    receiver: Paths = ()
    id: Paths = ("id",)
    time: Paths = ("time", "date")
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The time zone of times that name none."""
    charset: Paths = ()
    """Where it names the text's charset; without one UTF-8, else Latin-1."""
    percent_encoded: bool = False
    """The text inside JSON is percent-encoded once more."""
    media: Paths = ()
    """Addresses of pictures: one, or a list."""
    part_reference: Paths = ()
    part_number: Paths = ()
    part_total: Paths = ()
    """Set where it hands over the parts of a long message one by one."""
    report: Paths = ()
    """What only a delivery report has."""
    only: OnlyRule | None = None
    """Where one door hears messages and events about ours: what does not have one of these values there is none."""

    @model_validator(mode="after")
    def _knows_our_number(self) -> Self:
        if not (self.number or self.receiver):
            raise ValueError("say `number`, or where the `receiver` stands")
        return self

    @property
    def timezone(self) -> ZoneInfo:
        """The zone of times that name none."""
        return ZoneInfo(self.zone)


class OutboundGateway(_Described):
    """How one gateway takes a text message: a POST, so that no secret and no word stands in an address."""

    url: HttpAddress
    format: Literal["form", "json"] = "form"
    to: Annotated[str, Field(min_length=1)] = "to"
    text: Annotated[str, Field(min_length=1)] = "text"
    sender: str = ""
    """The field for our own number; empty: it knows."""
    reference: str = ""
    """The field for our id of the message; empty: it takes none."""
    number_style: Literal["plus", "digits", "local"] = "digits"
    """+628…, 628…, or 08…"""
    fields: dict[str, SecretStr] = Field(default={})
    """What goes along with every message, such as user and key."""
    authorization: Annotated[SecretStr, AfterValidator(_header_value)] | None = None
    """The header `Authorization`, whole."""
    answer: str = ""
    """Where in a JSON answer it says whether it took it; empty: every 2xx means so."""
    taken: tuple[str, ...] = ()
    """What it says there when it did."""
    id: str = ""
    """Where in a JSON answer its own id stands."""


def described(model: type[Model]) -> Callable[[object], object]:
    """Return what reads `{"<name>": {…}}` from a setting; its errors name gateway and field, and never a value."""

    def read(value: object) -> object:
        return {name: _read_one(model, name, told) for name, told in read_object(value).items()}

    return read


def read_object(value: object) -> dict[str, Any]:
    """Read a JSON object from a setting; raises `ValueError`."""
    try:
        told = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise ValueError('this is no JSON; write {"<name>": …}') from None
    if not isinstance(told, dict):
        raise ValueError('write {"<name>": …}')  # noqa: TRY004 - pydantic takes no TypeError
    return told


def _read_one(model: type[Model], name: str, told: object) -> Model:
    if not _NAME.fullmatch(name):
        raise ValueError("a gateway's name has small letters, digits, - and _, at most 32")
    try:
        return told if isinstance(told, model) else model.model_validate(told)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        words = "; ".join(f"{'.'.join(map(str, one['loc'][:2]))} {one['msg']}".strip() for one in problems)
        raise ValueError(f"gateway {name}: {words}") from None
