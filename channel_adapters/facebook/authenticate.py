"""Stop 2: is it Meta? Which secrets and which word decide it for Facebook."""

from channel_adapters._meta.authenticate import answer_handshake, check_signature
from channel_adapters.facebook.settings import FacebookSettings
from shared.channels.protocol import Answer, InboundRequest


def authenticate(request: InboundRequest, settings: FacebookSettings) -> None:
    """Check the signature with the app's secrets; raises `RefusedError` 401 or 403."""
    check_signature(request, settings.app_secrets)


def handshake(request: InboundRequest, settings: FacebookSettings) -> Answer:
    """Give Meta its challenge back; raises `RefusedError` 403."""
    return answer_handshake(request, settings.verify_token)
