"""Processes that start a server, say its pid, and wait to be killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from deploy.local.processes import alive

SLEEPER = "from deploy.local.processes import Child; server = Child('sleeper', folder); server.start(['sleep', '600'])"
POSTGRES = "from deploy.local.postgres import *; server = Postgres(folder, settings=FAST_FOR_TESTS).start()"
TANSU = "from deploy.local.brokers import *; server = Tansu(folder).start()"
APACHE_KAFKA = "from deploy.local.brokers import *; server = ApacheKafka(folder).start()"

_SAY_AND_WAIT = "print(server.pid, flush=True); import time; time.sleep(600)"


@contextmanager
def starter(
    code: str, folder: Path, *, env: Mapping[str, str] | None = None
) -> Iterator[tuple["subprocess.Popen[str]", psutil.Process]]:
    """Run `code` (which makes `server`) in a process of its own; yield it and the server's process."""
    program = f"import pathlib, sys; folder = pathlib.Path(sys.argv[1]); {code}; {_SAY_AND_WAIT}"
    command = [sys.executable, "-c", program, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert process.stdout is not None
        yield process, psutil.Process(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def kill(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def ends(process: psutil.Process, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(process)


def without_setpriv(folder: Path) -> dict[str, str]:
    """An environment in which a child cannot be tied to its starter, so that it is orphaned."""
    programs = Path(folder, "programs")
    programs.mkdir()
    for name in ("sleep", "true", "unshare"):
        found = shutil.which(name)
        if found is not None:
            (programs / name).symlink_to(found)
    return {**os.environ, "PATH": str(programs)}


def listening_addresses(pid: int) -> set[str]:
    process = psutil.Process(pid)
    found = process.net_connections("inet")
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # one that only did something and is done
            found += child.net_connections("inet")
    return {connection.laddr.ip for connection in found if connection.status == psutil.CONN_LISTEN}
