"""Twilio's Messages resource (twilio.com/docs, "Message resource" and "Error and warning dictionary").

The address for delivery reports carries our ids; it is signed when Twilio calls it.
"""

from collections.abc import Mapping
from http import HTTPStatus

from channel_adapters.sms.calls import post, read_json, read_refusal
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.core.settings import SettingsError
from shared.http.client import AsyncClient, Response, async_client

API = "https://api.twilio.com/2010-04-01"
_NO_SUCH_NUMBER = ("number_refused", Remedy.GIVE_UP)
_OUR_NUMBER = ("sender_refused", Remedy.PAUSE)
_CALLER = ("password_wrong", Remedy.PAUSE)
_SUSPENDED = ("account_suspended", Remedy.PAUSE)
CODES: Mapping[int, tuple[str, Remedy]] = {
    20003: _CALLER,
    20005: _SUSPENDED,
    21211: _NO_SUCH_NUMBER,
    21265: _NO_SUCH_NUMBER,
    21408: ("country_not_allowed", Remedy.GIVE_UP),
    21610: ("person_opted_out", Remedy.GIVE_UP),
    21611: ("gateway_full", Remedy.RETRY),
    21612: _NO_SUCH_NUMBER,
    21614: _NO_SUCH_NUMBER,
    21212: _OUR_NUMBER,
    21603: _OUR_NUMBER,
    21606: _OUR_NUMBER,
    21659: _OUR_NUMBER,
    21660: _OUR_NUMBER,
}
"""By the `code` of an answer without success."""


class TwilioMessages:
    """One account at Twilio."""

    def __init__(self, settings: SmsSendingSettings, *, api: str = API) -> None:
        """Read who we are there; raises `SettingsError`."""
        if settings.twilio_auth_token is None or not settings.twilio_account_sid:
            raise SettingsError(
                "NTBCARE_SMS_TWILIO_ACCOUNT_SID and …_TWILIO_AUTH_TOKEN: missing, and a number needs them"
            )
        self._url = f"{api}/Accounts/{settings.twilio_account_sid}/Messages.json"
        self._auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
        self._door = settings.twilio_url
        self._client: AsyncClient = async_client(timeout=settings.send_timeout_s)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        form = {"From": outbound.address.account, "To": outbound.address.recipient, "Body": text}
        if self._door:
            form["StatusCallback"] = f"{self._door}?reply={outbound.reply_id}&complaint={outbound.complaint_id}"
        response = await post(self._client, self._url, auth=self._auth, data=form)
        given = read_json(response).get("sid")
        if response.status_code == HTTPStatus.CREATED and isinstance(given, str) and given:
            return Sent(provider_message_id=given)
        raise _read_error(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _read_error(response: Response) -> SendError:
    code = read_json(response).get("code")
    known = CODES.get(code) if isinstance(code, int) and response.is_client_error else None
    return SendError(*known) if known else read_refusal(response)
