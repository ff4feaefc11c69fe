"""Keeps models: one folder per version with `model.skops` and `card.json`; the file `in_use` names the one that serves.

skops, never pickle: a model file can hold no code of a stranger's.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from services.routing.settings import ModelSettings
from shared.core.errors import ExplainedError

#: The layout of a model's folder; a model of another layout is refused.
FORMAT = 3
MODEL = "model.skops"
#: The same, fitted without the held-out texts: a later model is compared with it.
MEASURED = "measured.skops"
_CARD = "card.json"
_IN_USE = "in_use"


class ModelError(ExplainedError):
    """A model that cannot be used, and why; the rules go on alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is known of one version; `evaluation` holds its figures on held-out texts."""

    version: str
    trained_at: str
    texts: dict[str, int]
    rules_version: str
    libraries: dict[str, str]
    evaluation: dict[str, Any]
    sha256: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def save(folder: Path, card: Card, served: Mapping[str, Any], measured: Mapping[str, Any]) -> Card:
    """Write a version, not yet in use: the model, and its twin that never saw the held-out texts."""
    from skops.io import dumps  # type: ignore[import-untyped]  # noqa: PLC0415  (only where a model is)

    home = folder / card.version
    home.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name, parts in ((MODEL, served), (MEASURED, measured)):
        blob: bytes = dumps(dict(parts))
        hashes[name] = hashlib.sha256(blob).hexdigest()
        _write(home / name, blob)
    card = replace(card, sha256=hashes)
    _write(home / _CARD, json.dumps(asdict(card), indent=2, ensure_ascii=False).encode())
    return card


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    beside.replace(path)


def read_card(home: Path) -> Card:
    """Return a version's card; `ModelError` says what is wrong with it."""
    try:
        data = json.loads((home / _CARD).read_text(encoding="utf-8"))
        if data.get("format", 0) != FORMAT:
            raise ModelError(f"model {home.name}: written by another NTB Care; train anew, or use another version")
        return Card(**data)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"model {home.name}: {_CARD} is missing or damaged; train anew") from error


def read_parts(home: Path, name: str = MODEL) -> tuple[Card, dict[str, Any]]:
    """Return a version's card and parts, proved whole by its sha256 and free of foreign types."""
    from skops.io import get_untrusted_types, loads  # noqa: PLC0415  (only where a model is)

    card = read_card(home)
    try:
        blob = (home / name).read_bytes()
    except OSError as error:
        raise ModelError(f"model {home.name}: {name} is missing; train anew") from error
    if hashlib.sha256(blob).hexdigest() != card.sha256.get(name):
        raise ModelError(f"model {home.name}: {name} is damaged or not the one its card describes; train anew")
    try:
        foreign = get_untrusted_types(data=blob)
        parts: dict[str, Any] = {} if foreign else loads(blob)
    except Exception as error:
        raise ModelError(f"model {home.name}: cannot be read by the libraries installed; train anew") from error
    if foreign:
        raise ModelError(f"model {home.name}: holds foreign types ({', '.join(foreign)}); it is not loaded")
    return card, parts


def cards(folder: Path) -> tuple[list[Card], list[str]]:
    """Return the cards of every version, the oldest first, and what is wrong with those that cannot be read."""
    found, faults = [], []
    for path in sorted(folder.glob(f"*/{_CARD}")):
        try:
            found.append(read_card(path.parent))
        except ModelError as error:
            faults.append(str(error))
    return sorted(found, key=lambda card: (card.trained_at, card.version)), faults


def in_use(folder: Path) -> str | None:
    """Return the version that serves, or None."""
    try:
        return (folder / _IN_USE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def use(folder: Path, version: str | None) -> None:
    """Let a version serve from the next start on; None: the rules alone."""
    if version is None:
        (folder / _IN_USE).unlink(missing_ok=True)
        return
    if version != Path(version).name or not (folder / version / _CARD).is_file():
        raise ModelError(f"no model {version} in {folder}; `ntbcare routing models` lists them")
    read_parts(folder / version)
    _write(folder / _IN_USE, version.encode())


def default_folder() -> Path:
    """Return the folder where the service looks for its model: `NTBCARE_ROUTING_MODELS`."""
    return ModelSettings.load().models
