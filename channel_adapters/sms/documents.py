"""Requests whose shape only the settings know, as items in which one can look something up."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from python_multipart.exceptions import FormParserError

from channel_adapters.sms.fields import NotJsonError, read_form, read_json, read_pairs
from shared.channels.protocol import InboundRequest

Look = Callable[[str], list[Any]]
"""What stands at a path, in its order; nothing where there is nothing."""
Items = list[tuple[str, Look]]
"""Each with its own path in the body."""
_MOST_ITEMS = 1000


class NotReadableError(Exception):
    """A body that is not what it should be; `reason` is a stable snake_case name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_items(
    request: InboundRequest, form: Literal["query", "form", "json", "xml"], path: str, *, signed: bool
) -> Items:
    """Return the messages of a request; `path` is where they stand in JSON or XML. Raises `NotReadableError`.

    Fields may stand in the query and in the body; `signed` counts only the one that a signature is over.
    """
    if form == "json":
        return _json_items(request.body, path)
    if form == "xml":
        return _xml_items(request.body, path)
    try:
        body = read_form(request.body, request.headers.get("content-type", ""))
        query = [] if signed and request.body else read_pairs(request.query)
    except FormParserError:
        raise NotReadableError("bad_multipart") from None
    except ValueError:
        raise NotReadableError("too_many_fields") from None
    return [("", _look_up(dict([*query, *body])))]


def _look_up(fields: Mapping[str, bytes]) -> Look:
    """Look in fields; of repeated ones the last counts."""
    return lambda name: [fields[name]] if name in fields else []


def dig(document: Any, path: str) -> list[Any]:
    """Return what stands at a path in JSON: the elements of a list, or the one value."""
    for step in path.split(".") if path else ():
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isascii() and step.isdecimal():
            document = document[int(step)] if int(step) < len(document) else None
        else:
            return []
    if isinstance(document, list):
        return document
    return [] if document is None else [document]


def _json_items(body: bytes, path: str) -> Items:
    try:
        document = read_json(body)
    except NotJsonError:
        raise NotReadableError("not_json") from None
    if not isinstance(document, dict | list):
        raise NotReadableError("unknown_shape")
    items = dig(document, path)
    if (path and not items and not _is_there(document, path)) or len(items) > _MOST_ITEMS:
        raise NotReadableError("unknown_shape")
    return [(f"{path}.{number}".strip("."), _json_look(item)) for number, item in enumerate(items)]


def _is_there(document: Any, path: str) -> bool:
    above, _, last = path.rpartition(".")
    holder = dig(document, above)
    return len(holder) == 1 and isinstance(holder[0], dict) and isinstance(holder[0].get(last), list)


def _json_look(item: Any) -> Look:
    return lambda path: dig(item, path)


class _NoDoctype(TreeBuilder):
    """Refuses a document type before one of its entities is read: no message has one, every XML bomb does."""

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002 - expat calls it so
        raise NotReadableError("doctype")


def _read_xml(body: bytes) -> Element:
    """Read a document as careless gateways send it: white space before it, or words behind its last tag."""
    told = body.lstrip()
    try:
        return _parse_xml(told)
    except ParseError:
        return _parse_xml(told[: told.rfind(b">") + 1])


def _parse_xml(body: bytes) -> Element:
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - without a document type there are no entities to expand
    parser.feed(body)
    root: Element = parser.close()
    return root


def _xml_items(body: bytes, path: str) -> Items:
    try:
        root = _read_xml(body)
    except (ParseError, ValueError, LookupError):
        raise NotReadableError("not_xml") from None
    elements = root.findall(_xpath(path)) if path else [root]
    if not elements or len(elements) > _MOST_ITEMS:
        raise NotReadableError("unknown_shape")
    return [(f"{path}.{number}".strip("."), _xml_look(element)) for number, element in enumerate(elements)]


def _xml_look(element: Element) -> Look:
    def look(path: str) -> list[str]:
        way, _, attribute = path.partition("@")
        found = element.findall(_xpath(way.rstrip("."))) if way.rstrip(".") else [element]
        if attribute:
            return [one.attrib[attribute] for one in found if attribute in one.attrib]
        return ["".join(one.itertext()) for one in found]

    return look


def _xpath(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("."))
