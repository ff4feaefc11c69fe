"""Stop 9: answer in Instagram's direct messages and under comments on our accounts."""

from channel_adapters._meta.graph import Graph
from channel_adapters._meta.pace import Pace
from channel_adapters._meta.sending import Dialect, MetaSender
from channel_adapters.instagram.settings import InstagramSendingSettings
from shared.channels.sending import ReplySender

LONGEST_MESSAGE = 1000
"""Bytes of a message in UTF-8 (Instagram messaging)."""
LONGEST_COMMENT = 300
"""Characters of a comment."""

DIALECT = Dialect(
    node="me",  # with Facebook Login the Page sends, of which we know no id: "me" is whoever the token is of
    comment_edge="replies",
    message_fits=lambda text: len(text.encode()) <= LONGEST_MESSAGE,
    comment_fits=lambda text: len(text.encode("utf-16-le")) // 2 <= LONGEST_COMMENT,
    takes_metadata=False,
)


def build_reply_sender() -> ReplySender:
    """Build it from the channel's sending settings; raises `SettingsError`."""
    settings = InstagramSendingSettings.load()
    pace = Pace(per_second=settings.sends_per_second, private_per_hour=settings.private_replies_per_hour)
    graph = Graph(
        url=settings.graph_url,
        tokens=settings.account_tokens,
        app_secret=settings.app_secrets[0],
        timeout=settings.send_timeout_s,
        heed=pace.heed,
    )
    return MetaSender(graph, DIALECT, pace=pace)
