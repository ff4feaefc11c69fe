"""The channel `mobile`: whom its form lets in, and how it is read. All else is as in every form of ours."""

from dataclasses import dataclass

from channel_adapters._form.channel import FormChannel
from channel_adapters.mobile.authenticate import app_of
from channel_adapters.mobile.doors import COMPLAINTS, MESSAGES
from channel_adapters.mobile.normalize import normalize
from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import Channel, InboundRequest, Translation


@dataclass(frozen=True, slots=True)
class MobileChannel(FormChannel):
    """See `FormChannel`."""

    settings: MobileSettings

    def authenticate(self, request: InboundRequest) -> None:
        """Check that we know the app; raises `RefusedError` 403."""
        app_of(request, self.settings)

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one submission; raises `RefusedError`."""
        return normalize(request, self.settings)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return MobileChannel("mobile", COMPLAINTS, MESSAGES, MobileSettings.load())
