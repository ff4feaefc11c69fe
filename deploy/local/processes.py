"""Child processes that leave a log, a record on disk, and do not outlive their starter (see `forking`)."""

import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil

from deploy.local.forking import dying_with_us, fork
from shared.core.errors import ExplainedError

POLL_SECONDS = 0.02
LOG_TAIL_LINES = 20
SAME_START_SECONDS = 1.5  # psutil derives a start time from the boot time, which moves when the clock is set


class ServerError(ExplainedError):
    """A local server could not be started or stopped; the text says why and what to do."""


class Child:
    """One child process: `<folder>/<name>.log`, `<folder>/<name>.json` (pid, start time, command) and its end.

    `stop_signal` asks it to end; `death_signal` is what the kernel sends it when the starter dies.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.record = folder / f"{name}.json"
        self._stop_signal = stop_signal
        self._death_signal = death_signal
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The child's process id; a `ServerError` where it was never started."""
        if self._popen is None:
            raise ServerError(f"{self.name} is not running")
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the child that this object started lives."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs and before it was started; negative for a signal, as in `subprocess`."""
        return None if self._popen is None else self._popen.poll()

    def start(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: tuple[int, int] | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        """Stop an orphan of an earlier run, then start `command` in a session of its own.

        `env` None passes ours on; `account` is the (uid, gid) to run as, where we are root; `stdin` is a descriptor.
        """
        if self.running:
            raise ServerError(f"{self.name} runs already, as process {self.pid}")
        self.stop_orphan()
        uid, gid = account or (None, None)
        log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

        def launch() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603 - the caller's own command
                dying_with_us(list(command), self._death_signal),
                stdin=stdin,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd,
                user=uid,
                group=gid,
                extra_groups=None if account is None else [],
                start_new_session=True,
            )

        try:
            self._log_start = os.fstat(log).st_size
            self._popen = fork(launch)
        finally:
            os.close(log)
        self._write_record(command)

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Poll `ready`; kill the child and raise `ServerError` with the log's end if it ends or is too slow."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running and not ready():
                raise ServerError(f"{self.name} ended with code {self.exit_code}. {self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.name} was not ready after {timeout:g} seconds. {self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def wait_for_success(self, *, timeout: float) -> None:
        """Wait for a child that does one thing and ends; `ServerError` unless it exits 0 in `timeout` seconds."""
        self.wait_until(lambda: self.exit_code == 0, timeout=timeout)
        self.record.unlink(missing_ok=True)

    def stop(self, *, timeout: float = 15) -> None:
        """Ask it to end; kill it and all below it after `timeout` seconds. Harmless when it is not running."""
        self._end(self._stop_signal, timeout)

    def kill(self) -> None:
        """SIGKILL to it and all below it; returns when they are gone."""
        self._end(None, 0)

    def stop_orphan(self, *, timeout: float = 15) -> bool:
        """Stop what an earlier run recorded and left behind, if the very same process still lives."""
        process = self._recorded()
        if process is not None:
            end(process, self._stop_signal, timeout=timeout)
        self.record.unlink(missing_ok=True)
        return process is not None

    def log_tail(self) -> str:
        """Return the last lines of this run's log, with its path, for an error's text."""
        with suppress(OSError):
            lines = self.log.read_bytes()[self._log_start :].decode(errors="replace").splitlines()
            return "\n".join([f"The end of {self.log}:", *(lines[-LOG_TAIL_LINES:] or ["(nothing)"])])
        return f"{self.log} cannot be read."

    def _end(self, gentle: signal.Signals | None, timeout: float) -> None:
        if self._popen is None:
            return
        if self.running:
            with suppress(psutil.NoSuchProcess):
                end(psutil.Process(self._popen.pid), gentle, timeout=timeout)
        self._popen.wait()
        self.record.unlink(missing_ok=True)

    def _write_record(self, command: Sequence[str]) -> None:
        started = psutil.Process(self.pid).create_time()
        incoming = self.record.with_suffix(".incoming")
        incoming.write_text(json.dumps({"pid": self.pid, "started": started, "command": list(command)}))
        incoming.replace(self.record)

    def _recorded(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, psutil.NoSuchProcess):
            record = json.loads(self.record.read_text())
            process = psutil.Process(record["pid"])
            if alive(process) and abs(process.create_time() - record["started"]) < SAME_START_SECONDS:
                return process
        return None


def end(process: psutil.Process, gentle: signal.Signals | None, *, timeout: float) -> None:
    """End `process` and all below it: the gentle signal first (None: none), SIGKILL after `timeout` seconds."""
    family = [process]
    with suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
        if gentle is not None:
            process.send_signal(gentle)
    if gentle is not None and _wait_gone(family, timeout):
        return
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    if not _wait_gone(family, 10):
        raise ServerError(f"Process {process.pid} does not end, not even by SIGKILL")


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended and that nobody has collected yet does not."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def free_port(draw: random.Random | None = None, *, beside: Iterable[int] = ()) -> int:
    """Draw a free TCP port on 127.0.0.1 below the range that the kernel gives to outgoing connections.

    `beside`: how far from it (-1: the one before) others must be free, too.

    A port from that range (what `bind(0)` gives) can be taken by any client while a killed server is being
    restarted on it, even by a client's own attempt to reconnect to it.
    """
    draw, distances = draw or random.SystemRandom(), {0, *beside}
    while True:
        port = draw.randrange(20_000, 32_000)
        with ExitStack() as probes, suppress(OSError):
            for distance in distances:
                probes.enter_context(closing(socket.socket())).bind(("127.0.0.1", port + distance))
            return port


def _wait_gone(family: Iterable[psutil.Process], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while any(alive(member) for member in family):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
