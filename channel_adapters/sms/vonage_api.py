"""Vonage's SMS API (developer.vonage.com, "Send SMS" and "SMS API: Troubleshooting: status codes").

It answers 200 whatever came of it: each part of the message has a status of its own. Where one part was taken, the
message is not sent again.
"""

from collections.abc import Mapping
from typing import Any

from channel_adapters.sms.calls import post, read_json, read_refusal
from channel_adapters.sms.fields import as_dict, as_text
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.alphabet import is_gsm
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.core.settings import SettingsError
from shared.http.client import AsyncClient, Response, async_client

_TAKEN = "0"
_REFUSED = ("refused", Remedy.GIVE_UP)
_CALLER = ("password_wrong", Remedy.PAUSE)
STATUSES: Mapping[str, tuple[str, Remedy]] = {
    "1": ("rate_limited", Remedy.RETRY),
    "2": _REFUSED,
    "3": _REFUSED,
    "4": _CALLER,
    "5": ("server_fault", Remedy.UNKNOWN),
    "6": _REFUSED,
    "7": ("number_denied", Remedy.GIVE_UP),
    "8": ("account_suspended", Remedy.PAUSE),
    "9": ("out_of_credit", Remedy.PAUSE),
    "10": ("rate_limited", Remedy.RETRY),
    "11": ("account_suspended", Remedy.PAUSE),
    "12": _REFUSED,
    "14": _CALLER,
    "15": ("sender_refused", Remedy.PAUSE),
    "22": ("number_refused", Remedy.GIVE_UP),
    "23": _REFUSED,
    "29": ("number_denied", Remedy.GIVE_UP),
    "32": _CALLER,
}
"""By `status` of a part that was not taken."""


class VonageMessages:
    """One account at Vonage."""

    def __init__(self, settings: SmsSendingSettings) -> None:
        """Read who we are there; raises `SettingsError`."""
        if settings.vonage_api_secret is None or not settings.vonage_api_key:
            raise SettingsError("NTBCARE_SMS_VONAGE_API_KEY and …_VONAGE_API_SECRET: missing, and a route needs them")
        self._url = settings.vonage_url
        self._caller = {"api_key": settings.vonage_api_key, "api_secret": settings.vonage_api_secret.get_secret_value()}
        self._client: AsyncClient = async_client(timeout=settings.send_timeout_s)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        form = {
            **self._caller,
            "from": outbound.address.account.removeprefix("+"),
            "to": outbound.address.recipient.removeprefix("+"),
            "text": text,
            "type": "text" if is_gsm(text) else "unicode",
            "client-ref": str(outbound.reply_id),
        }
        response = await post(self._client, self._url, data=form)
        if not response.is_success:
            raise read_refusal(response)
        return _read(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _read(response: Response) -> Sent:
    told: Any = read_json(response).get("messages")
    parts = [as_dict(part) for part in told] if isinstance(told, list) else []
    taken = [part for part in parts if as_text(part.get("status")) == _TAKEN]
    if taken:
        return Sent(provider_message_id=as_text(taken[0].get("message-id")) or None)
    known = STATUSES.get(as_text(parts[0].get("status"))) if parts else None
    raise SendError(*known) if known else SendError("unclear_answer", Remedy.UNKNOWN)
