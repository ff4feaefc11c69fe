"""Where the contents of attachments lie: intake writes them, whoever sends them on reads them."""

from shared.contents.settings import ContentSettings
from shared.contents.store import AttachmentStore, StoreUnavailableError

__all__ = ["AttachmentStore", "ContentSettings", "StoreUnavailableError"]
