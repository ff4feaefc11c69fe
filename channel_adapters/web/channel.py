"""The channel `web`: whom its form lets in, and how it is read. All else is as in every form of ours."""

from dataclasses import dataclass

from channel_adapters._form.channel import FormChannel
from channel_adapters.web.authenticate import site_of
from channel_adapters.web.doors import COMPLAINTS, MESSAGES
from channel_adapters.web.normalize import normalize
from channel_adapters.web.settings import WebSettings
from shared.channels.protocol import Channel, InboundRequest, Translation


@dataclass(frozen=True, slots=True)
class WebChannel(FormChannel):
    """See `FormChannel`."""

    settings: WebSettings

    def authenticate(self, request: InboundRequest) -> None:
        """Check that we know the page; raises `RefusedError` 403."""
        site_of(request, self.settings)

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one submission; raises `RefusedError`."""
        return normalize(request, self.settings)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return WebChannel("web", COMPLAINTS, MESSAGES, WebSettings.load())
