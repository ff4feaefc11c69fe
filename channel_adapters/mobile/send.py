"""Stop 9: wake the app. The push names the ticket and holds none of the words: it passes through others' servers.

It never says complaint: the screen shows it to whoever looks, also of what is sealed, secret or anonymous.
Words wait in the app's conversation (`GET /v1/me/complaints/{ticket}`), which asks for the device's secret name.
"""

import re
from datetime import datetime

from channel_adapters.mobile.firebase import Firebase
from channel_adapters.mobile.settings import PushSettings
from shared.channels.sending import Outbound, Remedy, ReplySender, SendError, Sent

_KIND = "push_token"
_TICKET = re.compile(r"NTB-[0-9A-Z]{4}-[0-9A-Z]{5}")
_TITLE = "NTB Care"


class PushSender:
    """See `shared.channels.sending.ReplySender`."""

    def __init__(self, firebase: Firebase) -> None:
        """Take Firebase Cloud Messaging."""
        self._firebase = firebase

    def objection(self, outbound: Outbound, now: datetime) -> str | None:  # noqa: ARG002 - no window closes here
        """Refuse where the device gave no push token."""
        return None if outbound.address.recipient_kind == _KIND else "no_push"

    async def send(self, outbound: Outbound) -> Sent:
        """Wake the device once."""
        if self.objection(outbound, outbound.written_to_us_at) is not None:
            raise SendError("no_push", Remedy.GIVE_UP)
        return Sent(provider_message_id=await self._firebase.send(_message(outbound)))

    async def close(self) -> None:
        """Close the connections."""
        await self._firebase.close()


def _message(outbound: Outbound) -> dict[str, object]:
    found = _TICKET.search(outbound.text)
    ticket = found.group() if found else None
    body = f"Ada kabar tentang nomor {ticket}." if ticket else "Ada kabar untuk Anda."
    return {
        "token": outbound.address.recipient,
        "notification": {"title": _TITLE, "body": body},
        "data": {"ticket": ticket} if ticket else {},
    }


def build_reply_sender() -> ReplySender | None:
    """Build it from the push settings; None where there are none: the app then asks by itself."""
    settings = PushSettings.load()
    return None if settings.private_key is None else PushSender(Firebase(settings))
