"""The loops of workers: step after step until they are cancelled, patient while the database is away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

import structlog

from shared.db import may_pass

log = structlog.get_logger()

Step: TypeAlias = Callable[[], Awaitable[object]]
"""A piece of work; nothing, 0 or False when there was none."""

_TROUBLE_S = 1.0
_FINISH_S = 8.0


async def loop(
    steps: Sequence[tuple[Step, float]], *, trouble: str, passes: Callable[[BaseException], bool] = may_pass
) -> None:
    """Repeat steps beside each other until cancelled: again at once after work, else after so many seconds.

    An error that `passes` by itself is logged as `trouble` and waited out; any other ends all and is raised. What is in
    hand at the end has some seconds.
    """
    stopping = asyncio.Event()
    loops = [asyncio.create_task(_repeat(step, idle, stopping, trouble, passes)) for step, idle in steps]
    try:
        done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        stopping.set()
        _, unfinished = await asyncio.wait(loops, timeout=_FINISH_S)
        for one in unfinished:
            one.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _repeat(
    step: Step, idle: float, stopping: asyncio.Event, trouble: str, passes: Callable[[BaseException], bool]
) -> None:
    while not stopping.is_set():
        try:
            pause = 0.0 if await step() else idle
        except Exception as error:
            if not passes(error):
                raise
            log.warning(trouble, error=type(error).__name__)
            pause = max(idle, _TROUBLE_S)
        if pause:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
