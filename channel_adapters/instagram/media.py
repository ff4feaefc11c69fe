"""What may be fetched of what citizens send to our Instagram accounts, and how long it is kept."""

from datetime import timedelta

from channel_adapters._meta.media import HOSTS
from shared.channels.media import MediaPolicy

KEEP = timedelta(days=90)
"""Meta Platform Terms, 3.d: Platform Data goes when it is no longer needed for what it was given for. Shorter than on
Facebook: much here shows other people's posts and stories, which vanish after 24 hours and which nobody gave to us."""


def build_media_policy() -> MediaPolicy:
    """Allow Meta's own hosts and no other."""
    return MediaPolicy(hosts=HOSTS, keep=KEEP)
