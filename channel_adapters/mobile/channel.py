"""The channel `mobile`: its door and its answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters.mobile.answers import accepted, refused
from channel_adapters.mobile.authenticate import app_of
from channel_adapters.mobile.door import DOOR
from channel_adapters.mobile.normalize import normalize
from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import Answer, Channel, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class MobileChannel:
    """See `shared.channels.protocol.Channel`."""

    settings: MobileSettings
    name: str = "mobile"
    doors: Sequence[Door] = (DOOR,)

    def authenticate(self, request: InboundRequest) -> None:
        """Check that we know the app; raises `RefusedError` 403."""
        app_of(request, self.settings)

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: the app asks for none."""
        raise RefusedError("no_handshake", status=404, detail="Alamat ini tidak ditemukan.")

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one submission; raises `RefusedError`."""
        return normalize(request, self.settings)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:  # noqa: ARG002 - one door
        """Hand out the ticket and the access code."""
        return accepted(receipts)

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - one door
        """Say no with a problem document."""
        return refused(error)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return MobileChannel(MobileSettings.load())
