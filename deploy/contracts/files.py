"""The generated files: what they should hold, and where they differ from that."""

import json
from pathlib import Path

from deploy.contracts import asyncapi, openapi
from deploy.contracts.examples import examples
from shared.events import EVENTS
from shared.events.compatibility import breaking_differences
from shared.events.schema import Schema, schemas, write

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path("shared/events/schemas")
RELEASED = Path("shared/events/released")
ASYNCAPI = Path("docs/asyncapi.yaml")
OPENAPI = Path("docs/openapi.yaml")

Files = dict[Path, str]


class ContractError(Exception):
    """The contracts cannot be released; each line says what to do."""


def generated(root: Path) -> Files:
    """Return every generated file by its path below `root`, from models, topics, examples, services and routes."""
    described = asyncapi.document(
        release=last_release(root), examples={event_type: examples(root, event_type) for event_type in EVENTS}
    )
    files = {SCHEMAS / f"{event_type}.json": write(schema) for event_type, schema in schemas().items()}
    return files | {ASYNCAPI: asyncapi.write(described), OPENAPI: asyncapi.write(openapi.document())}


def drift(root: Path) -> list[str]:
    """Return a sentence for each committed file that is not what would be generated now."""
    wanted = generated(root)
    found = [f"{path} is missing or out of date." for path, text in wanted.items() if _read(root / path) != text]
    strays = {path.relative_to(root) for path in (root / SCHEMAS).glob("*.json")} - wanted.keys()
    return found + [f"{path} belongs to no event." for path in sorted(strays)]


def write_all(root: Path) -> list[Path]:
    """Write what is out of date and remove what belongs to no event; return the paths that changed."""
    wanted = generated(root)
    strays = {path.relative_to(root) for path in (root / SCHEMAS).glob("*.json")} - wanted.keys()
    changed = [path for path, text in wanted.items() if _read(root / path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")
    for path in strays:
        (root / path).unlink()
    return sorted({*changed, *strays})


def last_release(root: Path) -> int:
    """Return the number of the last released contracts, 0 when there is none."""
    return max((int(path.name) for path in (root / RELEASED).glob("[0-9]*")), default=0)


def released(root: Path) -> dict[str, Schema]:
    """Return the last released contracts by event type."""
    folder = root / RELEASED / str(last_release(root))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def broken(root: Path) -> list[str]:
    """Return a sentence for each difference from the last release that would break somebody."""
    return breaking_differences(released(root), schemas())


def release(root: Path) -> int:
    """Write the current contracts as the next release and return its number; raises `ContractError`."""
    if found := broken(root):
        raise ContractError("\n".join(found))
    current = schemas()
    if current == released(root):
        raise ContractError(f"Nothing changed since release {last_release(root)}.")
    number = last_release(root) + 1
    folder = root / RELEASED / str(number)
    folder.mkdir(parents=True)
    for event_type, schema in current.items():
        (folder / f"{event_type}.json").write_text(write(schema), encoding="utf-8")
    write_all(root)
    return number


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
