"""The channel `sms`: the doors of the gateways that are switched on, and their answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from channel_adapters.sms import android, external, infobip, kannel, twilio, vonage
from channel_adapters.sms.normalize import normalize
from channel_adapters.sms.payloads import Provider
from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import (
    Answer,
    Channel,
    Door,
    InboundRequest,
    Receipt,
    RefusedError,
    Translation,
    Unreadable,
)

_PROVIDERS = (kannel.provider, android.provider, twilio.provider, vonage.provider, infobip.provider, external.provider)


@dataclass(frozen=True, slots=True)
class SmsChannel:
    """See `shared.channels.protocol.Channel`."""

    numbers: Sequence[str]
    providers: Sequence[Provider] = field(repr=False)
    name: str = "sms"

    @property
    def doors(self) -> Sequence[Door]:
        """The doors of all gateways that have their settings."""
        return tuple(door for provider in self.providers for door in provider.doors)

    def authenticate(self, request: InboundRequest) -> None:
        """Check that our gateway sent it, and that it sent anything: an empty call only tests the address."""
        provider = self._provider(request.door)
        if provider is None:
            raise RefusedError("unknown_door", status=404, detail="There is no such gateway here.")
        provider.authenticate(request)
        if not provider.may_be_empty and not request.query and not request.body.strip():
            raise RefusedError("no_parameters", status=400, detail="The request holds no message.")

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: no gateway asks for one."""
        raise RefusedError("no_handshake", status=404, detail="There is no handshake here.")

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate what a gateway told; a replayed request may be of one that is switched off since."""
        provider = self._provider(request.door)
        if provider is None:
            return Translation(unreadable=(Unreadable(reason="unknown_door"),))
        return normalize(provider.read(request), self.numbers)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:  # noqa: ARG002 - a body could reach the citizen
        """Tell the gateway that it is stored."""
        provider = self._provider(door)
        return provider.stored if provider else Answer(status=200)

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - plain text for all
        """Say no in plain text; the gateway logs it and sends the message again."""
        return Answer(status=error.status, body=error.detail.encode("utf-8", "replace"))

    def _provider(self, door: str) -> Provider | None:
        return next((one for one in self.providers for opened in one.doors if opened.path == door), None)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    settings = SmsSettings.load()
    providers = tuple(provider for make in _PROVIDERS if (provider := make(settings)) is not None)
    return SmsChannel(settings.numbers, providers)
