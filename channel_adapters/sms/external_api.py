"""Any other gateway that takes text messages: its fields are said in settings (`gateways.OutboundGateway`)."""

from channel_adapters.sms.calls import post, read_json, read_refusal
from channel_adapters.sms.documents import dig
from channel_adapters.sms.fields import as_text
from channel_adapters.sms.gateways import OutboundGateway
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.http.client import AsyncClient, Response, async_client

_INDONESIA = "+62"


class ExternalGateway:
    """One gateway of the settings."""

    def __init__(self, gateway: OutboundGateway, *, timeout: float) -> None:
        """`timeout` in seconds for each step of a call."""
        self._gateway = gateway
        self._client: AsyncClient = async_client(timeout=timeout)

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""
        fields = self._fields(outbound, text)
        body = {"json": fields} if self._gateway.format == "json" else {"data": fields}
        response = await post(self._client, self._gateway.url, headers=self._headers(), **body)
        if not response.is_success:
            raise read_refusal(response)
        return self._read(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _headers(self) -> dict[str, str]:
        given = self._gateway.authorization
        return {"Authorization": given.get_secret_value()} if given else {}

    def _fields(self, outbound: Outbound, text: str) -> dict[str, str]:
        gateway = self._gateway
        told = {name: value.get_secret_value() for name, value in gateway.fields.items()}
        told |= {gateway.to: _spell(outbound.address.recipient, gateway.number_style), gateway.text: text}
        if gateway.sender:
            told[gateway.sender] = outbound.address.account
        if gateway.reference:
            told[gateway.reference] = str(outbound.reply_id)
        return told

    def _read(self, response: Response) -> Sent:
        document = read_json(response)
        if self._gateway.answer:
            said = _first(document, self._gateway.answer)
            if not said:
                raise SendError("unclear_answer", Remedy.UNKNOWN)
            if said not in self._gateway.taken:
                raise SendError("refused", Remedy.GIVE_UP)
        given = _first(document, self._gateway.id) if self._gateway.id else ""
        return Sent(provider_message_id=given or None)


def _first(document: object, path: str) -> str:
    return next(filter(None, map(as_text, dig(document, path))), "")


def _spell(number: str, style: str) -> str:
    if style == "plus":
        return number
    return "0" + number.removeprefix(_INDONESIA) if style == "local" else number.removeprefix("+")
