"""What both Meta channels need to send: the accounts' tokens."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from shared.core.settings import HeaderSecret

_HOW = 'write {"<account id>": "<its token>"} as JSON'


def _take_apart(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        tokens = json.loads(value)
    except ValueError:
        raise ValueError(_HOW) from None
    if not isinstance(tokens, dict):
        raise ValueError(_HOW)  # noqa: TRY004 - pydantic takes no TypeError
    return tokens


AccountTokens = Annotated[
    dict[str, HeaderSecret],
    NoDecode,
    BeforeValidator(_take_apart),
    Field(min_length=1),
]
"""The access token of each account that answers, by the account's id."""

OptionalTokens = Annotated[dict[str, HeaderSecret], NoDecode, BeforeValidator(_take_apart)]
"""The same for a process that can do without."""
