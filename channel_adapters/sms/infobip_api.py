"""Infobip's SMS API (infobip.com/docs, "Send SMS message", "Response status and error codes").

Our reply's id goes along as the message's: a second message of that id is refused as a duplicate, so that it has it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from channel_adapters.sms.calls import post, read_json, read_refusal
from channel_adapters.sms.fields import as_dict, as_text
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.core.settings import SettingsError
from shared.http.client import AsyncClient, Response, async_client

_PATH = "/sms/2/text/advanced"
_DUPLICATE = "REJECTED_DUPLICATE_MESSAGE_ID"
_TAKEN_GROUPS = frozenset({"PENDING", "DELIVERED"})
_NUMBER = ("number_refused", Remedy.GIVE_UP)
_OUR_NUMBER = ("sender_refused", Remedy.PAUSE)
_CREDIT = ("out_of_credit", Remedy.PAUSE)
_REFUSED = ("refused", Remedy.GIVE_UP)
STATUSES: Mapping[str, tuple[str, Remedy]] = {
    "REJECTED_NETWORK": _NUMBER,
    "REJECTED_PREFIX_MISSING": _NUMBER,
    "REJECTED_DND": ("person_opted_out", Remedy.GIVE_UP),
    "REJECTED_SOURCE": _OUR_NUMBER,
    "REJECTED_SENDER": _OUR_NUMBER,
    "REJECTED_NOT_ENOUGH_CREDITS": _CREDIT,
    "REJECTED_PREPAID_PACKAGE_EXPIRED": _CREDIT,
    "REJECTED_DESTINATION": ("number_denied", Remedy.GIVE_UP),
    "REJECTED_DESTINATION_NOT_REGISTERED": _NUMBER,
    "REJECTED_INVALID_DESTINATION": _NUMBER,
    "REJECTED_ROUTE_NOT_AVAILABLE": ("country_not_allowed", Remedy.GIVE_UP),
    "REJECTED_FLOODING_FILTER": ("rate_limited", Remedy.RETRY),
    "REJECTED_SYSTEM_ERROR": ("transient", Remedy.RETRY),
    "REJECTED_INVALID_UDH": _REFUSED,
    "REJECTED_MESSAGE_TOO_LONG": _REFUSED,
    "MISSING_TO": _REFUSED,
}
"""By the name of a message's status that is not taken."""


class InfobipMessages:
    """One account at Infobip."""

    def __init__(self, settings: SmsSendingSettings) -> None:
        """Read who we are there; raises `SettingsError`."""
        if settings.infobip_api_key is None or not settings.infobip_url:
            raise SettingsError("NTBCARE_SMS_INFOBIP_URL and …_INFOBIP_API_KEY: missing, and a route needs them")
        self._url = f"{settings.infobip_url}{_PATH}"
        self._headers = {"Authorization": f"App {settings.infobip_api_key.get_secret_value()}"}
        self._client: AsyncClient = async_client(timeout=settings.send_timeout_s)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        to = {"to": outbound.address.recipient.removeprefix("+"), "messageId": str(outbound.reply_id)}
        message = {"from": outbound.address.account.removeprefix("+"), "destinations": [to], "text": text}
        response = await post(self._client, self._url, headers=self._headers, json={"messages": [message]})
        if response.status_code != HTTPStatus.OK:
            raise read_refusal(response)
        return _read(response, str(outbound.reply_id))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _read(response: Response, ours: str) -> Sent:
    told: Any = read_json(response).get("messages")
    message = as_dict(told[0]) if isinstance(told, list) and told else {}
    status = as_dict(message.get("status"))
    name = as_text(status.get("name"))
    if as_text(status.get("groupName")) in _TAKEN_GROUPS or name == _DUPLICATE:
        return Sent(provider_message_id=as_text(message.get("messageId")) or ours)
    known = STATUSES.get(name)
    raise SendError(*known) if known else SendError("unclear_answer", Remedy.UNKNOWN)
