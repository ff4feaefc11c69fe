"""The repository as these tests read it: tracked files, and the product's modules as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("channel_adapters", "deploy", "gateway", "services", "shared")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file in git's index that is also on disk, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    names = [Path(name.decode()) for name in listed.split(b"\0") if name]
    return tuple(name for name in names if (ROOT / name).is_file())


@cache
def tracked_texts() -> dict[Path, str]:
    """Return the tracked files that are text, with their text."""
    contents = {name: (ROOT / name).read_bytes() for name in tracked_files()}
    return {name: raw.decode("utf-8", "replace") for name, raw in contents.items() if b"\0" not in raw}


@cache
def product_modules() -> dict[Path, ast.Module]:
    """Return the product's Python files, tracked or not, as syntax trees."""
    files = (path for package in PRODUCT for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}


def imported_names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what a module imports as (module, name); name is empty for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def folders(package: str) -> list[Path]:
    """Return the folders right inside a package of the product, without caches."""
    found = (path for path in (ROOT / package).iterdir() if path.is_dir())
    return sorted(path for path in found if not path.name.startswith((".", "__")))
