"""The channel `sms`: its door and its answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters.sms import kannel
from channel_adapters.sms.authenticate import authenticate
from channel_adapters.sms.normalize import normalize
from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import Answer, Channel, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class SmsChannel:
    """See `shared.channels.protocol.Channel`."""

    settings: SmsSettings
    name: str = "sms"
    doors: Sequence[Door] = (kannel.DOOR,)

    def authenticate(self, request: InboundRequest) -> None:
        """Check that our gateway sent it."""
        authenticate(request, self.settings)

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: no gateway asks for one."""
        raise RefusedError("no_handshake", status=404, detail="There is no handshake here.")

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one text message."""
        return normalize(kannel.read(request), self.settings.numbers)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:  # noqa: ARG002 - a body could reach the citizen
        """Tell the gateway that it is stored."""
        return kannel.STORED

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - one door
        """Say no in plain text; the gateway logs it and sends the message again."""
        return Answer(status=error.status, body=error.detail.encode("utf-8", "replace"))


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return SmsChannel(SmsSettings.load())
