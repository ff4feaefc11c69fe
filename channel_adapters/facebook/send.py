"""Stop 9: answer in Messenger and under comments on our Pages."""

from channel_adapters._meta.graph import Graph
from channel_adapters._meta.pace import Pace
from channel_adapters._meta.sending import Dialect, MetaSender
from channel_adapters.facebook.settings import FacebookSendingSettings
from shared.channels.sending import ReplySender

LONGEST_MESSAGE = 2000
"""Characters of a message (Send API); counted as UTF-16 units, in which an emoji is two."""
LONGEST_COMMENT = 8000
"""Characters of a comment, counted likewise."""

DIALECT = Dialect(
    comment_edge="comments",
    message_fits=lambda text: _units(text) <= LONGEST_MESSAGE,
    comment_fits=lambda text: _units(text) <= LONGEST_COMMENT,
    takes_metadata=True,
)


def build_reply_sender() -> ReplySender:
    """Build it from the channel's sending settings; raises `SettingsError`."""
    settings = FacebookSendingSettings.load()
    pace = Pace(per_second=settings.sends_per_second, private_per_hour=settings.private_replies_per_hour)
    graph = Graph(
        url=settings.graph_url,
        tokens=settings.page_tokens,
        app_secret=settings.app_secrets[0],
        timeout=settings.send_timeout_s,
        heed=pace.heed,
    )
    return MetaSender(graph, DIALECT, pace=pace)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
