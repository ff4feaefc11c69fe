"""A setting that is a list: `a,b` or `["a", "b"]`."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from shared.core.settings import Secret


def split_list(value: object) -> object:
    """Take a list apart as it stands in the environment; anything but text is left as it is."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('this is no list; write a,b or ["a", "b"]') from None


_AtLeastOne = Field(min_length=1)
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list), _AtLeastOne]
"""One or more names or ids."""
Secrets = Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(split_list), _AtLeastOne]
"""One or more secrets, all of them valid: the old and the new one while they are being rotated."""
