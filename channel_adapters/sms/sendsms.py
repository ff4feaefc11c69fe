"""Kannel's sendsms: one POST, its fields in `X-Kannel-…` headers, the text as the body (Kannel 1.4.5 User's Guide).

A GET would write password, number and words into an address, and addresses end in logs. Seen with 1.4.5: 202 with
`0: Accepted for delivery` or `3: Queued for later delivery`; 403 `Authorization failed for sendsms`; 400 for the rest.
"""

from http import HTTPStatus

from channel_adapters.sms.calls import post, unclear
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.alphabet import is_gsm
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.http.client import AsyncClient, Response, async_client

_GSM, _UCS2 = "0", "2"
_EVERY_REPORT = "31"
"""1 delivered, 2 failed, 4 buffered, 8 accepted and 16 rejected by the operator's centre."""


class Kannel:
    """One smsbox."""

    def __init__(self, settings: SmsSendingSettings) -> None:
        """Read where it is and who we are there."""
        self._settings = settings
        self._client: AsyncClient = async_client(timeout=settings.send_timeout_s)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        headers = self._headers(outbound, text)
        response = await post(self._client, self._settings.sendsms_url, headers=headers, content=text.encode())
        if response.status_code == HTTPStatus.ACCEPTED:
            return Sent()
        raise _read_refusal(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _headers(self, outbound: Outbound, text: str) -> dict[str, str]:
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": self._settings.sendsms_username,
            "X-Kannel-Password": self._settings.sendsms_password.get_secret_value(),
            "X-Kannel-From": outbound.address.account,
            "X-Kannel-To": outbound.address.recipient,
            "X-Kannel-Coding": _GSM if is_gsm(text) else _UCS2,
        }
        if self._settings.dlr_url is None:
            return headers
        door = self._settings.dlr_url.get_secret_value()
        report = f"{door}?reply={outbound.reply_id}&complaint={outbound.complaint_id}&type=%d"
        return {**headers, "X-Kannel-DLR-Mask": _EVERY_REPORT, "X-Kannel-DLR-URL": report}


def _read_refusal(response: Response) -> SendError:
    match response.status_code:
        case HTTPStatus.FORBIDDEN if "denied by" in response.text:  # a number on one of Kannel's own lists
            return SendError("number_denied", Remedy.GIVE_UP)
        case HTTPStatus.FORBIDDEN:
            return SendError("password_wrong", Remedy.PAUSE)
        case HTTPStatus.BAD_REQUEST:
            return SendError("refused", Remedy.GIVE_UP)
        case HTTPStatus.SERVICE_UNAVAILABLE:  # it has no room, and has taken nothing
            return SendError("gateway_full", Remedy.RETRY)
        case _ if unclear(response):
            return SendError("unclear_answer", Remedy.UNKNOWN)
        case _:
            return SendError("not_kannel", Remedy.PAUSE)
