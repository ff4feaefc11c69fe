"""Messages that wait, as documents: what is encrypted into a row now is the same message when it is read."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.channels import InboundMessage


class _Document(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    message: InboundMessage


def message_document(message: InboundMessage) -> dict[str, Any]:
    """Return a message as JSON can hold it."""
    return _Document(message=message).model_dump(mode="json")


def read_message(document: Any) -> InboundMessage:
    """Return what `message_document` was made of; raises `pydantic.ValidationError`."""
    return _Document.model_validate_json(json.dumps(document)).message
