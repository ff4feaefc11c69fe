"""A mail, and the server that takes it (SMTP): what each of its answers means."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from uuid import UUID

import aiosmtplib

from services.casework.notices.settings import MailSettings
from services.casework.notices.words import Letter
from shared.channels import Remedy, SendError
from shared.core.times import WITA

_OURS = "NTB Care"
_TRANSIENT, _PERMANENT = 400, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter to one person."""

    letter: Letter = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    message_id: str


def message_id(digest_id: UUID, sender: str) -> str:
    """Return the Message-ID of a digest: the same for each try."""
    return f"<{digest_id}@{Address(addr_spec=sender).domain}>"


def compose(mail: Mail, *, sender: str, at: datetime) -> EmailMessage:
    """Put a mail together; raises `SendError` for an address that is none.

    Headers are made by the library, which lets no line break into one (RFC 5322); RFC 3834 keeps autoresponders quiet.
    """
    message = EmailMessage(policy=WIRE)
    try:
        message["From"] = Address(_OURS, addr_spec=sender)
        message["To"] = Address(" ".join(mail.name.split()), addr_spec=mail.email)
        message["Subject"] = mail.letter.subject
    except (ValueError, IndexError, MessageError):
        raise SendError("bad_address", Remedy.GIVE_UP) from None
    if not mail.email.isascii():
        raise SendError("bad_address", Remedy.GIVE_UP)
    message["Date"] = format_datetime(at.astimezone(WITA))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "id"
    message.set_content(mail.letter.text, cte="quoted-printable")
    message.add_alternative(mail.letter.html, subtype="html", cte="quoted-printable")
    return message


class MailServer:
    """Hands mails over, each on a connection of its own: a morning is some hundred of them."""

    def __init__(self, settings: MailSettings) -> None:
        """Take the settings; nothing is opened yet."""
        self._settings = settings
        self.sender = settings.smtp_from
        self._tls = ssl.create_default_context(cafile=settings.smtp_ca or None)

    async def send(self, mail: Mail, at: datetime) -> None:
        """Hand a mail over, once; raises `SendError`, and nothing else for what the server does."""
        content = compose(mail, sender=self.sender, at=at).as_bytes()
        client = self._client()
        try:
            await _connect(client)
            await _envelope(client, self.sender, mail.email)
            await _hand_over(client, content)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        password = self._settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=self._settings.smtp_host,
            port=self._settings.smtp_port,
            username=self._settings.smtp_username or None,
            password=password.get_secret_value() if password else None,
            local_hostname=Address(addr_spec=self.sender).domain,
            timeout=self._settings.smtp_timeout,
            use_tls=self._settings.smtp_tls == "tls",
            start_tls=self._settings.smtp_tls == "starttls",
            tls_context=None if self._settings.smtp_tls == "none" else self._tls,
        )


async def _connect(client: aiosmtplib.SMTP) -> None:
    """Get in; what fails here fails for every mail, and all of them wait."""
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        away = _TRANSIENT <= error.code < _PERMANENT
        raise SendError("server_away" if away else "wrong_password", Remedy.PAUSE) from None
    except ssl.SSLError:
        raise SendError("certificate_refused", Remedy.PAUSE) from None
    except (OSError, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError) as error:
        wrong = isinstance(error.__cause__, ssl.SSLError)
        raise SendError("certificate_refused" if wrong else "server_away", Remedy.PAUSE) from None
    except aiosmtplib.SMTPException:  # no STARTTLS, no way to sign in
        raise SendError("server_refuses", Remedy.PAUSE) from None


async def _envelope(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    try:
        await client.mail(sender)
        await client.rcpt(recipient)
    except aiosmtplib.SMTPRecipientRefused as error:
        raise _refused(error.code, "recipient_refused") from None
    except aiosmtplib.SMTPSenderRefused as error:
        later = error.code < _PERMANENT
        raise SendError("put_off" if later else "sender_refused", Remedy.RETRY if later else Remedy.PAUSE) from None
    except (aiosmtplib.SMTPException, OSError):
        raise SendError("hung_up", Remedy.RETRY) from None


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> None:
    try:
        await client.data(content)
    except aiosmtplib.SMTPDataError as error:
        raise _refused(error.code, "message_refused") from None
    except (aiosmtplib.SMTPException, OSError):
        raise SendError("answer_lost", Remedy.UNKNOWN) from None


def _refused(code: int, reason: str) -> SendError:
    """RFC 5321, 4.2.1: 4yz may succeed later, 5yz will not."""
    if code < _PERMANENT:
        return SendError("put_off", Remedy.RETRY)
    return SendError(reason, Remedy.GIVE_UP)
