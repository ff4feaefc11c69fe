"""Stop 9: answer by text message, through Kannel."""

import re
from datetime import datetime

import phonenumbers
from phonenumbers import PhoneNumberType

from channel_adapters.sms.alphabet import count_parts, plain_typography
from channel_adapters.sms.sendsms import Kannel
from channel_adapters.sms.settings import SmsSendingSettings
from shared.channels.sending import Outbound, Remedy, ReplySender, SendError, Sent
from shared.channels.shortening import shorten
from shared.core.text import clean_text

_E164 = re.compile(r"\+[0-9]{7,15}")
_INDONESIA = 62
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class SmsSender:
    """See `shared.channels.sending.ReplySender`."""

    def __init__(self, kannel: Kannel, *, most_parts: int) -> None:
        """`most_parts`: an answer takes no more short messages than this; what is longer is shortened."""
        self._kannel = kannel
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
        text = shorten(
            plain_typography(clean_text(outbound.text)), lambda words: count_parts(words) <= self._most_parts
        )
        return await self._kannel.post(outbound, text)

    async def close(self) -> None:
        """Close the connections."""
        await self._kannel.close()


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
    return SmsSender(Kannel(settings), most_parts=settings.most_parts)
