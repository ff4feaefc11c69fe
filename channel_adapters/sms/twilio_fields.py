"""What the fields of a message through Twilio say: numbers, words, pictures and places."""

import base64
import binascii
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping

from channel_adapters.sms.kinds import linked
from shared.channels.protocol import Attachment, GivenPlace, Sender
from shared.core.text import clean_text
from shared.directory.regions import in_province

_SERVICES = ("whatsapp", "rcs")
_WITHOUT_NUMBER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
"""A country and an id of Meta's (BSUID), where WhatsApp hides a telephone number behind a user name."""
_MOST_MEDIA = 10
_BASE64 = re.compile(r"[A-Za-z0-9+/]{59,}={0,2}")
"""Some operators hand long messages over so; no citizen writes sixty letters without a space that decode to words."""


def number(address: str) -> str:
    """Take away the service that a number is reached by (`whatsapp:+62…`): it is the same telephone."""
    service, colon, told = address.partition(":")
    return told if colon and service in _SERVICES else address


def person(address: str) -> Sender | None:
    """Return somebody of WhatsApp who shows no telephone number; the id is theirs towards us alone."""
    service, _, told = address.partition(":")
    return Sender(id=told, kind="whatsapp") if service == "whatsapp" and _WITHOUT_NUMBER.fullmatch(told) else None


def place(fields: Mapping[str, str]) -> GivenPlace | Attachment | None:
    """Read the place that somebody sent; outside the province it is only noted."""
    try:
        latitude, longitude = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return None
    if in_province(latitude, longitude):
        return GivenPlace(latitude=latitude, longitude=longitude)
    return Attachment(kind="location", note=f"{latitude},{longitude}")


def media(fields: Mapping[str, str]) -> Iterator[Attachment]:
    """Give what came along."""
    for number in range(_MOST_MEDIA):
        if f"MediaUrl{number}" in fields:
            yield linked(fields[f"MediaUrl{number}"], fields.get(f"MediaContentType{number}", "").lower())


def words(text: str) -> str:
    """Undo base64 where it hides words; the last character may be cut in two."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return text
    try:
        # this decoder waits for the rest of a character that is cut in two, and so leaves it out
        told = getincrementaldecoder("utf-8")().decode(base64.b64decode(text, validate=True))
    except (binascii.Error, UnicodeDecodeError):
        return text
    return clean_text(told) if told.replace("\n", " ").replace("\r", " ").isprintable() else text
