"""Forking children that die with this process.

The kernel's `PR_SET_PDEATHSIG` (set here by util-linux's `setpriv`; Linux only) is bound to the *thread* that
forked, so one daemon thread, which lives exactly as long as the process, forks them all. Without `setpriv`
children outlive a killed starter; the record file of `processes.Child` lets the next start stop them.
"""

import functools
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeAlias

_Launch: TypeAlias = Callable[[], "subprocess.Popen[bytes]"]
_Jobs: TypeAlias = "SimpleQueue[tuple[_Launch, Future[subprocess.Popen[bytes]]]]"


def dying_with_us(command: list[str], death_signal: signal.Signals) -> list[str]:
    """Wrap `command` so that it gets `death_signal` when this process dies, and never starts if it is dead."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return command
    name = death_signal.name.removeprefix("SIG")
    still_ours = '[ "$PPID" = "$0" ] && exec "$@"'
    return [setpriv, "--pdeathsig", name, "/bin/sh", "-c", still_ours, str(os.getpid()), *command]


def fork(launch: _Launch) -> "subprocess.Popen[bytes]":
    """Call `launch` in the forking thread; its error is raised here."""
    made: Future[subprocess.Popen[bytes]] = Future()
    _jobs_of(os.getpid()).put((launch, made))
    return made.result()


@functools.cache
def _jobs_of(_pid: int) -> _Jobs:
    """Start the forking thread once per process (a fork of this process has none) and return its queue."""
    jobs: _Jobs = SimpleQueue()
    threading.Thread(target=_serve, args=(jobs,), name="forks-children", daemon=True).start()
    return jobs


def _serve(jobs: _Jobs) -> None:
    while True:
        launch, made = jobs.get()
        try:
            made.set_result(launch())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            made.set_exception(error)
