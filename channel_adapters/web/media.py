"""How long we keep what the page sends along. It brings its contents itself: nothing is fetched."""

from channel_adapters._form.media import POLICY
from shared.channels.media import MediaPolicy


def build_media_policy() -> MediaPolicy:
    """Allow no host."""
    return POLICY
