"""Drives Hypothesis with random buffers for a while (`fuzz_one_input`)."""

import random
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import changed
from tests.fuzz.targets import Target, run

_BUFFER = 4096
"""Bytes of randomness for one input; a change takes some dozens."""


def try_one(target: Target, data: st.DataObject) -> None:
    """Change one of the target's requests and let the door have it."""
    seed = data.draw(st.sampled_from(target.seeds))
    contents = tuple(target.content_of(one) for one in target.seeds)
    run(target, target.request(seed, data.draw(changed(target.content_of(seed), contents))))


def fuzz(target: Target, *, seconds: float, draw: random.Random) -> int:
    """Try random changes for some seconds and return how many; what makes the door fall is raised."""

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def stands(data: st.DataObject) -> None:
        try_one(target, data)

    tries, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        stands.hypothesis.fuzz_one_input(draw.randbytes(draw.randint(64, _BUFFER)))  # type: ignore[attr-defined]
        tries += 1
    return tries
