"""Stop 2: which app it is.

Anybody may submit, also without an account; nothing here proves a person. The idempotency key is the app's: whoever
knows it (and the device) gets the same answer again, so that an app draws a UUID for each complaint. Who may write into
a complaint that exists is intake's to decide: it knows whose device that is.
"""

from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import InboundRequest, RefusedError


def app_of(request: InboundRequest, settings: MobileSettings) -> str:
    """Return the app's name (`X-App-Id`); raises `RefusedError` 403 for one that we do not know."""
    app = request.headers.get("x-app-id", "").strip() or settings.apps[0]
    if app not in settings.apps:
        raise RefusedError("unknown_account", status=403, detail="Aplikasi pada X-App-Id tidak dikenal.")
    return app
