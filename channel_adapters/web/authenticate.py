"""Stop 2: which page it is. Anybody may submit; there is no cookie and no session that a strange page could abuse."""

from channel_adapters.web.settings import WebSettings
from shared.channels.protocol import InboundRequest, RefusedError


def site_of(request: InboundRequest, settings: WebSettings) -> str:
    """Return the page's name (`X-Site-Id`); raises `RefusedError` 403 for one that we do not know."""
    site = request.headers.get("x-site-id", "").strip() or settings.sites[0]
    if site not in settings.sites:
        raise RefusedError("unknown_account", status=403, detail="Laman pada X-Site-Id tidak dikenal.")
    return site
