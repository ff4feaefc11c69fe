"""Reference data beside the checkout (`../shared/data`), which is read where it lies and never copied."""

import warnings
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "shared" / "data"


def beside(name: str) -> Path | None:
    """Return a file of it; None, with a warning, where it is not: whoever asks has nothing to test then."""
    path = _FOLDER / name
    if path.is_file():
        return path
    warnings.warn(f"no ../shared/data/{name} beside this checkout: nothing was tested with it", stacklevel=2)
    return None
