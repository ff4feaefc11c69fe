"""The channel `instagram`: its doors and its five answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters._meta.answers import RECEIVED, meta_doors, refuse_plainly
from channel_adapters.instagram.authenticate import authenticate, handshake
from channel_adapters.instagram.normalize import normalize
from channel_adapters.instagram.settings import InstagramSettings
from shared.channels.protocol import Answer, Channel, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class InstagramChannel:
    """See `shared.channels.protocol.Channel`."""

    settings: InstagramSettings
    name: str = "instagram"
    doors: Sequence[Door] = meta_doors("/channels/instagram", "an Instagram account")

    def authenticate(self, request: InboundRequest) -> None:
        """Check that Meta sent it."""
        authenticate(request, self.settings)

    def handshake(self, request: InboundRequest) -> Answer:
        """Prove the callback address to Meta."""
        return handshake(request, self.settings)

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate messages and comments."""
        return normalize(request, frozenset(self.settings.accounts), self.settings.app_id or None)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:  # noqa: ARG002 - Meta hears the same for all
        """Tell Meta that everything is stored."""
        return RECEIVED

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - one door
        """Say no in plain text."""
        return refuse_plainly(error)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return InstagramChannel(InstagramSettings.load())
