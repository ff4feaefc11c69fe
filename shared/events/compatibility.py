"""What would break somebody: differences between a released contract and the current one.

The rule is the contracts' own: inside a version only optional fields are ever added. Two kinds of reader hold it up,
and each forbids one direction, so that every other difference breaks one of them:

- *readers* with the released schema must understand what we write now: nothing may go, loosen or widen;
- *stored events* of the released schema must stay readable now: nothing may be demanded, tightened or narrowed.

Enums are therefore closed, `CaseState` too: a new value surprises readers that cover every case, a removed one stands
in stored events. What must be free to grow is a plain string from the start, as `channel` is. Descriptions, titles and
the names of `$defs` may change freely.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.events.schema import TOPIC_KEYWORD, Schema

_WORDS = {"title", "description", "examples", "deprecated", "$comment"}
_FOLLOWED = {
    *("$schema", "$id", TOPIC_KEYWORD, "$defs", "default"),
    *("const", "enum", "properties", "required", "items", "additionalProperties"),
}
_NULL = "null"
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}


def breaking_differences(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """Compare all contracts by event type; return one sentence per breaking difference, none when all is well."""
    found = [f"{name}: the event was removed; readers wait for it." for name in released.keys() - current.keys()]
    for name in released.keys() & current.keys():
        found += [f"{name}: {sentence}" for sentence in differences(released[name], current[name])]
    return sorted(found)


def differences(released: Schema, current: Schema) -> list[str]:
    """Compare two schemas of one event type; return one sentence per breaking difference."""
    head = [
        f"the {name} changed from {released.get(keyword)} to {current.get(keyword)}."
        for keyword, name in (("$id", "$id"), (TOPIC_KEYWORD, "topic"))
        if released.get(keyword) != current.get(keyword)
    ]
    return list(dict.fromkeys([*head, *_Walk(released, current).place(released, current, "")]))


class _Walk:
    """One walk through two schemas side by side; `path` is the field as a person would write it."""

    def __init__(self, released: Schema, current: Schema) -> None:
        self._released = released
        self._current = current
        self._open: set[tuple[int, int]] = set()

    def place(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """Compare what may stand at one place."""
        yield from _default(old, new, path)
        before, after = _choices(old, self._released), _choices(new, self._current)
        alone = _only(before), _only(after)
        if alone[0] and alone[1]:
            yield from _listed(before.keys() & {_NULL}, after.keys() & {_NULL}, path)
            yield from self._choice(before[alone[0]], after[alone[1]], path)
            return
        yield from _listed(before, after, path)
        for name in before.keys() & after.keys():
            yield from self._choice(before[name], after[name], path)

    def _choice(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """Compare one choice with its counterpart; inside itself (a recursive model) it is not entered again."""
        pair = (id(old), id(new))
        if pair in self._open:
            return
        self._open.add(pair)
        yield from _values(old, new, path)
        yield from _keywords(old, new, path)
        yield from _required(old, new, path)
        for name, schema in old.get("properties", {}).items():
            inner = _join(path, name)
            if name in new.get("properties", {}):
                yield from self.place(schema, new["properties"][name], inner)
            else:
                yield f"`{inner}` was removed; readers rely on it."
        for keyword in ("items", "additionalProperties"):
            before, after = old.get(keyword, True), new.get(keyword, True)
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self.place(before, after, f"{path}[]")
            elif before != after:
                yield f"{_at(path)} is not as open, or as closed, as it was."
        self._open.discard(pair)


def _choices(schema: Schema, root: Schema) -> dict[str, Schema]:
    """Return what a value may be, `$ref`s followed, each choice under a name that both sides share."""
    if reference := schema.get("$ref"):
        return _choices(root["$defs"][reference.rpartition("/")[2]], root)
    if alternatives := schema.get("anyOf", schema.get("oneOf")):
        found: dict[str, Schema] = {}
        for name, choice in (pair for part in alternatives for pair in _choices(part, root).items()):
            twins = sum(other.split(" #")[0] == name for other in found)
            found[f"{name} #{twins + 1}" if twins else name] = choice
        return found
    tag = schema.get("properties", {}).get("type", {}).get("const")
    return {tag or " ".join(filter(None, (schema.get("format"), schema.get("type", "anything")))): schema}


def _only(choices: Mapping[str, Schema]) -> str | None:
    """Return the name of the one choice beside null, if there is just one."""
    names = [name for name in choices if name != _NULL]
    return names[0] if len(names) == 1 else None


def _listed(before: Iterable[Any], after: Iterable[Any], path: str) -> Iterator[str]:
    for gone in [value for value in before if value not in after]:
        yield f"{_at(path)} may no longer be {gone}, but stored events hold that."
    for added in [value for value in after if value not in before]:
        yield f"{_at(path)} may now also be {added}; readers do not expect that."


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if before is not None and after is not None:
        yield from _listed(before, after, path)
    elif before is not None or after is not None:
        yield f"{_at(path)} changed between a closed list of values and an open one."


def _allowed(schema: Schema) -> list[Any] | None:
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    return values


def _required(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in (before - after) & new.get("properties", {}).keys():
        yield f"`{_join(path, name)}` may now be absent; readers rely on it."
    for name in after - before:
        yield f"`{_join(path, name)}` is now required, but stored events lack it; give it a default."


def _keywords(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for keyword in (old.keys() | new.keys()) - _WORDS - _FOLLOWED:
        before, after = old.get(keyword), new.get(keyword)
        if before != after:
            change = f"{_at(path)} changed its {keyword} from {_or_none(before)} to {_or_none(after)}"
            if keyword not in _LOWER | _UPPER:
                yield f"{change}."
            elif _narrower(keyword, before, after):
                yield f"{change}, but stored events may lie outside."
            else:
                yield f"{change}; readers do not expect what lies outside the old bound."


def _narrower(keyword: str, before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is None
    return after > before if keyword in _LOWER else after < before


def _or_none(value: Any) -> Any:
    return "none" if value is None else value


def _default(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if "default" in old and "default" in new and not _covers(old["default"], new["default"]):
        yield f"{_at(path)} changed its default, so that stored events without it would read otherwise."


def _covers(before: Any, after: Any) -> bool:
    """Say whether nothing changed but for additions inside objects."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return all(name in after and _covers(value, after[name]) for name, value in before.items())
    return bool(before == after)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _at(path: str) -> str:
    return f"`{path}`" if path else "the event"
