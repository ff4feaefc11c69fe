"""Stop 9: answer by text message, from the number that the citizen wrote to and through its gateway."""

import re
from collections.abc import Mapping
from datetime import datetime

import phonenumbers
from phonenumbers import PhoneNumberType

from channel_adapters.sms.android_api import AndroidGateway
from channel_adapters.sms.calls import Gateway
from channel_adapters.sms.external_api import ExternalGateway
from channel_adapters.sms.infobip_api import InfobipMessages
from channel_adapters.sms.numbers import our_number
from channel_adapters.sms.sendsms import Kannel
from channel_adapters.sms.settings import SmsSendingSettings
from channel_adapters.sms.twilio_api import TwilioMessages
from channel_adapters.sms.vonage_api import VonageMessages
from shared.channels.alphabet import count_parts, spelled_plainly
from shared.channels.sending import Outbound, Remedy, ReplySender, SendError, Sent
from shared.channels.shortening import shorten
from shared.core.settings import SettingsError
from shared.core.text import clean_text

_E164 = re.compile(r"\+[0-9]{7,15}")
_INDONESIA = 62
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class SmsSender:
    """See `shared.channels.sending.ReplySender`."""

    def __init__(self, kannel: Gateway, *, most_parts: int, routes: Mapping[str, Gateway] | None = None) -> None:
        """`routes`: the gateways of those of our numbers that are not Kannel's.

        `most_parts`: an answer takes no more short messages than this; what is longer is shortened.
        """
        self._kannel = kannel
        self._routes = routes or {}
        self._most_parts = most_parts

    def objection(self, outbound: Outbound, now: datetime) -> str | None:  # noqa: ARG002 - no window closes here
        """Answer Indonesian mobile numbers alone: whoever forges a sender must not make us pay for calls abroad."""
        if outbound.address.surface != "sms":
            return "unknown_surface"
        return number_objection(outbound.address.recipient)

    async def send(self, outbound: Outbound) -> Sent:
        """Send it in one call."""
        objection = number_objection(outbound.address.recipient)
        if objection is not None:
            raise SendError(objection, Remedy.GIVE_UP)
        text = shorten(spelled_plainly(clean_text(outbound.text)), lambda words: count_parts(words) <= self._most_parts)
        gateway = self._routes.get(our_number(outbound.address.account), self._kannel)
        return await gateway.post(outbound, text)

    async def close(self) -> None:
        """Close the connections."""
        for gateway in {self._kannel, *self._routes.values()}:
            await gateway.close()


def number_objection(number: str) -> str | None:
    """Say why a number in E.164 is not answered, or None."""
    try:
        parsed = phonenumbers.parse(number) if _E164.fullmatch(number) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None:
        return "not_a_mobile_number"
    if parsed.country_code != _INDONESIA:
        return "foreign_number"
    mobile = phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _MOBILE
    return None if mobile else "not_a_mobile_number"


def build_reply_sender() -> ReplySender:
    """Build it from the channel's sending settings; raises `SettingsError`."""
    settings = SmsSendingSettings.load()
    kannel = Kannel(settings)
    made = {name: _build_gateway(name, settings, kannel) for name in set(settings.routes.values())}
    routes = {our_number(number): made[name] for number, name in settings.routes.items()}
    return SmsSender(kannel, most_parts=settings.most_parts, routes=routes)


def _build_gateway(name: str, settings: SmsSendingSettings, kannel: Kannel) -> Gateway:
    match name:
        case "kannel":
            return kannel
        case "android":
            return AndroidGateway(settings)
        case "twilio":
            return TwilioMessages(settings)
        case "vonage":
            return VonageMessages(settings)
        case "infobip":
            return InfobipMessages(settings)
        case _ if name in settings.senders:
            return ExternalGateway(settings.senders[name], timeout=settings.send_timeout_s)
        case _:
            raise SettingsError(f"NTBCARE_SMS_ROUTES: there is no gateway {name!r} in NTBCARE_SMS_SENDERS")
