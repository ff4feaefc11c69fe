"""Changes to a content: bytes anywhere, and values anywhere inside JSON."""

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

_TOKENS = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\\u0000",
        b"%00",
        b"%ff%fe",
        b"%",
        b"+",
        b"&",
        b"=",
    ),
    *(
        b'"',
        b"'",
        b"\\",
        b"<script>",
        b"&lt;",
        b"=HYPERLINK(1)",
        b"\r\n\r\n",
        b"--potongan",
        b"--potongan--",
        b";",
        b",",
    ),
    *(
        b"[" * 3000,
        b'{"a":' * 3000,
        b"9" * 5000,
        b"1e999",
        b"-1",
        b"NaN",
        b"null",
        b"{}",
        b"[]",
        b"<!DOCTYPE a [",
        b"]]>",
    ),
)
_WORDS = (
    "id",
    "mid",
    "text",
    "from",
    "sender",
    "message",
    "attachments",
    "payload",
    "time",
    "timestamp",
    "to",
    "place",
)
_SCALARS: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        10**30,
        1e308,
        float("inf"),
        float("nan"),
        "",
        " ",
        "\x00",
        "\ud800",
        "\udfff\ud800",
        "0",
    ),
    *("=1+1", "<b>", "https://", "https://a", "http://[::1]/", "2026-13-45T99:99:99Z", "1" * 5000, "a" * 20_000, "😀"),
)
_values: SearchStrategy[Any] = st.recursive(
    st.sampled_from(_SCALARS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
)
_cuts = st.integers(0, 1 << 16)


@st.composite
def changed(draw: DrawFn, content: bytes, others: tuple[bytes, ...]) -> bytes:
    """Return the content after a few changes, or something that was never a content."""
    for _ in range(draw(st.integers(1, 4))):
        document = _document(content)
        kinds = ["insert", "delete", "flip", "splice", "anything"] + (["value"] * 6 if document is not None else [])
        content = _change(draw, draw(st.sampled_from(kinds)), content, others, document)
    return content


def _change(draw: DrawFn, kind: str, content: bytes, others: tuple[bytes, ...], document: Any) -> bytes:
    at = draw(_cuts) % (len(content) + 1)
    if kind == "value":
        return json.dumps(_put(draw, document)).encode()
    if kind == "insert":
        return content[:at] + draw(st.sampled_from(_TOKENS) | st.binary(max_size=6)) + content[at:]
    if kind == "delete":
        return content[:at] + content[at + draw(st.integers(1, 64)) :]
    if kind == "flip" and at < len(content):
        return content[:at] + bytes([content[at] ^ (1 << draw(st.integers(0, 7)))]) + content[at + 1 :]
    if kind == "splice":
        other = draw(st.sampled_from(others))
        return content[:at] + other[draw(_cuts) % (len(other) + 1) :]
    return draw(st.binary(max_size=64))


def _document(content: bytes) -> Any:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _put(draw: DrawFn, node: Any) -> Any:
    """Put, take away or double one thing somewhere inside."""
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return draw(_values)
    key = draw(st.sampled_from(keys))
    inner = node[key]
    if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
        node[key] = _put(draw, inner)
        return node
    what = draw(st.sampled_from(("other", "gone", "more")))
    if what == "gone":
        del node[key]
    elif what == "more" and isinstance(node, list):
        node.extend([inner] * draw(st.integers(1, 3)))
    elif what == "more":
        node[draw(st.sampled_from(_WORDS))] = inner
    else:
        node[key] = draw(_values)
    return node
