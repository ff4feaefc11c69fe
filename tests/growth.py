"""How the work on a text grows with its length: no figure of a machine, only whether a hostile text is a trap."""

import gc
from collections.abc import Callable
from time import process_time

_TIMES = 8
_STEEP = 30  # eight times as much text: about 8 in proportion, 64 when each letter looks at all the others
_TRIES = 3


def grows_in_proportion(work: Callable[[str], object], text: str) -> bool:
    """Return whether eight times the text takes some eight times the work, give or take what else the machine does."""
    return any(_ratio(work, text) < _STEEP for _ in range(_TRIES))


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of a few runs: what the work takes when nothing comes between."""
    return min(_once(work) for _ in range(_TRIES))


def _ratio(work: Callable[[str], object], text: str) -> float:
    short = processor_seconds(lambda: work(text))
    return _once(lambda: work(text * _TIMES)) / max(short, 1e-4)


def _once(work: Callable[[], object]) -> float:
    gc.disable()
    try:
        began = process_time()
        work()
        return process_time() - began
    finally:
        gc.enable()
