"""What may be fetched of what citizens send to our Pages, and how long it is kept."""

from datetime import timedelta

from channel_adapters._meta.media import HOSTS
from shared.channels.media import MediaPolicy

KEEP = timedelta(days=180)
"""Meta Platform Terms, 3.d: Platform Data goes when it is no longer needed for what it was given for. A complaint with
its handling, the citizen's objection and the report of the half-year is over by then."""


def build_media_policy() -> MediaPolicy:
    """Allow Meta's own hosts and no other."""
    return MediaPolicy(hosts=HOSTS, keep=KEEP)
