"""How mails leave the house; off until a server is named."""

import ipaddress
import ssl
from email.headerregistry import Address
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import HttpAddress, Secret, Settings


class MailSettings(Settings):
    """`NTBCARE_CASEWORK_…`: the server that takes mails (SMTP), and what stands in them."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_CASEWORK_")

    page: HttpAddress | Literal[""] = ""
    """Where officers open a case: its ticket is put after it. Empty: mails name tickets without links."""
    smtp_host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]*$")] = ""
    """Empty: nobody is mailed, and notices wait."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_plain: bool = False
    """The explicit yes to `none` for another machine than this one."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` (port 587) or `tls` (465), each with the certificate verified; `none` for this machine only."""
    smtp_ca: str = ""
    """Whom to believe, a PEM file; empty for the authorities that the machine knows."""
    smtp_username: str = ""
    smtp_password: Annotated[Secret | None, Field(validate_default=True)] = None
    smtp_from: Annotated[str, Field(validate_default=True)] = ""
    """Our address, as name@host."""
    smtp_timeout: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds to wait for each answer of the server."""

    @field_validator("smtp_tls")
    @classmethod
    def _nothing_in_clear(cls, tls: str, info: ValidationInfo) -> str:
        host = info.data.get("smtp_host", "")
        if tls == "none" and host and not (info.data.get("smtp_plain") or _is_loopback(host)):
            raise ValueError("none is for a server on this machine; anybody on the way could read: use starttls or tls")
        return tls

    @field_validator("smtp_ca")
    @classmethod
    def _a_readable_authority(cls, path: str) -> str:
        try:
            if path:
                ssl.create_default_context(cafile=path)
        except OSError as error:
            raise ValueError(f"{path} cannot be used ({type(error).__name__}); it must be a PEM file") from None
        return path

    @field_validator("smtp_password")
    @classmethod
    def _both_or_none(cls, password: Secret | None, info: ValidationInfo) -> Secret | None:
        if bool(info.data.get("smtp_username")) != (password is not None):
            raise ValueError("NTBCARE_CASEWORK_SMTP_USERNAME and NTBCARE_CASEWORK_SMTP_PASSWORD go together")
        return password

    @field_validator("smtp_from")
    @classmethod
    def _an_address(cls, sender: str, info: ValidationInfo) -> str:
        if not sender and info.data.get("smtp_host"):
            raise ValueError("is missing, and NTBCARE_CASEWORK_SMTP_HOST needs it")
        if sender and not _is_address(sender):
            raise ValueError("this is no address; write name@host")
        return sender


def _is_address(sender: str) -> bool:
    try:
        return bool(sender.isascii() and Address(addr_spec=sender).domain)
    except (ValueError, IndexError):  # the parser's own slip for what ends too soon
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
