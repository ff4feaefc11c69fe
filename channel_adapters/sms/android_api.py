"""SMS Gateway for Android: one POST to its cloud or to the telephone itself (docs.sms-gate.app, "API").

Our reply's id goes along as the message's: 409 says that it has the message already.
"""

from http import HTTPStatus

from channel_adapters.sms.calls import post, read_json, read_refusal
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.sending import Outbound, Sent
from shared.core.settings import SettingsError
from shared.http.client import AsyncClient, async_client


class AndroidGateway:
    """One account of the Android gateway, or one telephone."""

    def __init__(self, settings: SmsSendingSettings) -> None:
        """Read where it is and who we are there; raises `SettingsError`."""
        if settings.android_password is None or not settings.android_username:
            raise SettingsError("NTBCARE_SMS_ANDROID_USERNAME and …_ANDROID_PASSWORD: missing, and a route needs them")
        self._url = settings.android_url
        self._auth = (settings.android_username, settings.android_password.get_secret_value())
        self._client: AsyncClient = async_client(timeout=settings.send_timeout_s)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        body = {
            "id": str(outbound.reply_id),
            "textMessage": {"text": text},
            "phoneNumbers": [outbound.address.recipient],
        }
        response = await post(self._client, self._url, auth=self._auth, json=body)
        if response.status_code == HTTPStatus.CONFLICT:
            return Sent(provider_message_id=str(outbound.reply_id))
        given = read_json(response).get("id")
        if not response.is_success or not isinstance(given, str) or not given:
            raise read_refusal(response)
        return Sent(provider_message_id=given)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
