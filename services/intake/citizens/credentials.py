"""What opens a complaint to its citizen: the secret name of the device that wrote it, or the code of its ticket."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.core.errors import UnauthenticatedError

_DEVICE = re.compile(r"[\x21-\x7e]{22,255}")


class MissingCredentialError(UnauthenticatedError):
    """The request says neither which device it comes from nor a code."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows."""

    device: str | None = field(default=None, repr=False)
    access_code: str | None = field(default=None, repr=False)


def credentials_of(headers: Mapping[str, str]) -> Credentials:
    """Read `X-Device-Id` and `X-Access-Code`. A device's name that none of our doors takes is nobody's."""
    device = headers.get("x-device-id", "").strip()
    return Credentials(
        device=device if _DEVICE.fullmatch(device) else None,
        access_code=headers.get("x-access-code", "").strip() or None,
    )


def needed_credentials(headers: Mapping[str, str]) -> Credentials:
    """Do the same; raises `MissingCredentialError` where there is neither."""
    found = credentials_of(headers)
    if found.device is None and found.access_code is None:
        raise MissingCredentialError("credential_missing", "Kirim header X-Device-Id atau X-Access-Code")
    return found


def device_of(headers: Mapping[str, str]) -> str:
    """Return `X-Device-Id`; raises `MissingCredentialError`."""
    device = credentials_of(headers).device
    if device is None:
        raise MissingCredentialError("device_id_invalid", "Kirim header X-Device-Id: 22 sampai 255 karakter ASCII acak")
    return device
