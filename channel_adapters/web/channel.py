"""The channel `web`: its doors and its answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters._form.answers import accepted, added, refused
from channel_adapters.web.authenticate import site_of
from channel_adapters.web.doors import COMPLAINTS, MESSAGES
from channel_adapters.web.normalize import normalize
from channel_adapters.web.settings import WebSettings
from shared.channels.protocol import Answer, Channel, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class WebChannel:
    """See `shared.channels.protocol.Channel`."""

    settings: WebSettings
    name: str = "web"
    doors: Sequence[Door] = (COMPLAINTS, MESSAGES)

    def authenticate(self, request: InboundRequest) -> None:
        """Check that we know the page; raises `RefusedError` 403."""
        site_of(request, self.settings)

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: the page asks for none."""
        raise RefusedError("no_handshake", status=404, detail="Alamat ini tidak ditemukan.")

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one submission; raises `RefusedError`."""
        return normalize(request, self.settings)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:
        """Hand out the ticket and the access code; say of a further message that it is there."""
        return added(receipts) if door == MESSAGES.path else accepted(receipts)

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - all doors speak alike
        """Say no with a problem document."""
        return refused(error)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return WebChannel(WebSettings.load())
