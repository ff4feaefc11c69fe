"""What may be fetched of what came with text messages: Twilio keeps pictures; the Android gateway sends them along.

Twilio's addresses want our account (twilio.com/docs, "Media resource") and lead on to its own store.
"""

import base64
from datetime import timedelta

from channel_adapters.sms.settings import SmsMediaSettings
from shared.channels.media import MediaPolicy

HOSTS = ("api.twilio.com", "*.twiliocdn.com")
KEEP = timedelta(days=180)
"""As long as pictures from other channels: a complaint with its handling and an objection is over by then."""


def build_media_policy() -> MediaPolicy:
    """Allow Twilio's hosts where we have an account there, else none; raises `SettingsError`."""
    settings = SmsMediaSettings.load()
    token = settings.twilio_auth_token
    if token is None or not settings.twilio_account_sid:
        return MediaPolicy(hosts=(), keep=KEEP)
    given = base64.b64encode(f"{settings.twilio_account_sid}:{token.get_secret_value()}".encode()).decode()
    return MediaPolicy(hosts=HOSTS, keep=KEEP, headers={"Authorization": f"Basic {given}"})
