"""Which store it is; each service that reaches contents has these settings under its own prefix."""

from shared.core.settings import Secret, Settings


class ContentSettings(Settings):
    """A folder, or `s3://bucket/prefix` with its keys: whoever only reads gets a key that only reads."""

    attachments: str = "attachments"
    """What keeps attachments' contents, shared by all processes that reach them: a folder, or `s3://bucket/prefix`."""
    attachments_endpoint: str = ""
    """Of an object store that is not Amazon's."""
    attachments_region: str = "us-east-1"
    attachments_access_key: str = ""
    attachments_secret_key: Secret | None = None
