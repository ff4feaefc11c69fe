"""What is said about attachments over HTTP."""

from datetime import datetime

from pydantic import BaseModel


class LinkOut(BaseModel):
    """An address below this door that opens one content, for whoever holds it, until then."""

    url: str
    expires_at: datetime
