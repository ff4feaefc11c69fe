"""A real SMTP server (aiosmtpd) on this machine, with STARTTLS and a password; it answers as a test tells it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult

from services.casework.notices.settings import MailSettings
from tests.tls import Certificates

PASSWORD = "9f2c7be04d1186aa53e0"
SENDER = "ntbcare@ntbprov.example"


@dataclass
class Post:
    """What the server took, and how it answers next."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    to_sender: str = "250 OK"
    to_recipient: str = "250 OK"
    to_message: str = "250 OK"
    hangs_up: bool = False

    def empty(self) -> None:
        self.__init__(port=self.port)  # type: ignore[misc]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.to_message.startswith("2"):
            message = message_from_bytes(cast("bytes", envelope.content), policy=default)
            self.taken.append(message)
            self.recipients.extend(envelope.rcpt_tos)
        if self.hangs_up:
            server.transport.abort()
        return self.to_message


@asynccontextmanager
async def post_office(certificates: Certificates | None) -> AsyncIterator[Post]:
    """Listen; without certificates there is neither TLS nor a password."""
    post = Post()
    context = None
    if certificates is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates.server)

    def protocol() -> SMTP:
        return SMTP(
            post,
            hostname="post.example",
            tls_context=context,
            require_starttls=context is not None,
            auth_required=context is not None,
            authenticator=_authenticate,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def mail_settings(post: Post, certificates: Certificates | None, **changes: Any) -> MailSettings:
    values: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_from": SENDER, "smtp_timeout": 5}
    if certificates is None:
        values["smtp_tls"] = "none"
    else:
        values |= {"smtp_ca": str(certificates.ca), "smtp_username": "ntbcare", "smtp_password": PASSWORD}
    return MailSettings(**values | changes)
