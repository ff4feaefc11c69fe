"""What stands in the place of a request when nobody called: it is kept as one, and names what it was made of."""

import json
from datetime import datetime

from shared.channels import InboundRequest


def request_of(door: str, at: datetime, body: object) -> InboundRequest:
    """Return it; `body` is bytes as a provider sent them, or a document of ours."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return InboundRequest(method="", door=door, path_values={}, query=b"", headers={}, body=content, received_at=at)
