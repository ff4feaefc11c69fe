"""Stop 2: is it our gateway? Kannel signs nothing, so that the address itself holds a secret."""

import hmac

from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import InboundRequest, RefusedError


def authenticate(request: InboundRequest, settings: SmsSettings) -> None:
    """Compare the token in the path in constant time; raises `RefusedError` 403."""
    given = request.path_values.get("token", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, settings.kannel_token.get_secret_value().encode()):
        raise RefusedError("token_wrong", status=403, detail="The token in the address is wrong.")
