"""What is kept of photos, recordings and files that citizens hand to ourselves."""

from datetime import timedelta

from shared.channels.media import MediaPolicy

POLICY = MediaPolicy(hosts=(), keep=timedelta(days=365), largest=50 * 1024 * 1024)
"""A year: the complaint, its objection and the year's report are over by then. Nothing is fetched from anywhere."""
