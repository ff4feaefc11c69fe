"""The examples beside the contracts: whole records as they stand in Kafka."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES = Path("shared/events/examples")


@dataclass(frozen=True, slots=True)
class Example:
    """One record: `name` is the file's, without `.json`; `value` is the parsed JSON value."""

    name: str
    summary: str
    headers: dict[str, str]
    value: dict[str, Any]


def examples(root: Path, event_type: str) -> list[Example]:
    """Return an event's examples: `<type>.json` first, then its variants `<type>.<variant>.json` by name."""
    folder = root / EXAMPLES
    paths = [folder / f"{event_type}.json", *sorted(folder.glob(f"{event_type}.*.json"))]
    return [Example(path.stem, **json.loads(path.read_text(encoding="utf-8"))) for path in paths]
