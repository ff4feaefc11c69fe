"""Starts, watches and stops the product's own processes, whoever runs the servers that they talk to."""

import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.local.processes import Child, ServerError, free_port
from shared.http.client import Client, HTTPError, client

_READY_S = 60.0
_WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the stack: what `ntbcare serve` is told, or, for a stand-in of a third party, `ntbcare` itself.

    `{name}` in an argument becomes the address of that process, `{folder}` the state folder.
    """

    name: str
    arguments: tuple[str, ...]
    talks_to_kafka: bool = False
    stand_in: bool = False
    ready: str = "/health/ready"
    """The address that answers 200 when it is."""


class Supervisor(ABC):
    """Processes with logs in one folder. Use it as a context manager, or `start` and `stop` it."""

    def __init__(self, folder: Path, processes: Sequence[Process], *, first_port: int | None = None) -> None:
        """Give each process a port: in a row from `first_port`, otherwise a free one that is drawn."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.processes = processes
        self.ports = {
            process.name: free_port() if first_port is None else first_port + offset
            for offset, process in enumerate(processes)
        }
        self._children: dict[str, Child] = {}

    @property
    def env_file(self) -> Path:
        """Every setting of the processes, secrets among them (mode 0600)."""
        return self.folder / "ntbcare.env"

    def url(self, process: str) -> str:
        """Return the address of a process."""
        return f"http://127.0.0.1:{self.ports[process]}"

    def pid(self, process: str) -> int:
        """Return the process id of a process that was started."""
        return self._children[process].pid

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop it."""
        self.stop()

    def start(self, say: Callable[[str], None] = lambda _words: None) -> None:
        """Start everything and wait until every process answers; raises `ServerError`."""
        try:
            self.prepare(say)
            say("Services …")
            for process in self.processes:
                self.start_process(process.name)
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @abstractmethod
    def prepare(self, say: Callable[[str], None]) -> None:
        """Do what must be done before the first process starts; `say` tells a person what is being done."""

    def stop(self) -> None:
        """Stop every process."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(Child.stop, self._children.values()))
        self._children.clear()

    def start_process(self, name: str) -> None:
        """Start one process."""
        process = next(process for process in self.processes if process.name == name)
        logs = self.folder / "processes"
        logs.mkdir(mode=0o700, exist_ok=True)
        child = self._children.setdefault(name, Child(name, logs))
        child.start(
            [sys.executable, "-m", "deploy.cli.main", *self._command(process), "--port", str(self.ports[name])],
            env={**os.environ, "NTBCARE_ENV_FILE": str(self.env_file), **self.settings_of(process)},
        )

    def _command(self, process: Process) -> list[str]:
        places = {name: self.url(name) for name in self.ports} | {"folder": str(self.folder)}
        told = [argument.format_map(places) for argument in process.arguments]
        return told if process.stand_in else ["serve", *told]

    def settings_of(self, _process: Process) -> dict[str, str]:
        """Return what stands in the process's environment, and in no other's."""
        return {}

    def kill_process(self, name: str) -> int:
        """Kill one process (SIGKILL) and return the process id it had."""
        pid = self._children[name].pid
        self._children[name].kill()
        return pid

    def wait_until_ready(self) -> None:
        """Wait until every process answers; raises `ServerError` with the end of the log of one that does not."""
        deadline = time.monotonic() + _READY_S
        with client(timeout=2) as http:
            for process in self.processes:
                child = self._children[process.name]
                while not _answers(http, f"{self.url(process.name)}{process.ready}"):
                    if not child.running or time.monotonic() > deadline:
                        raise ServerError(f"{process.name} does not answer. The end of its log:\n{child.log_tail()}")
                    time.sleep(0.05)

    def watch(self, say: Callable[[str], None]) -> None:
        """Start again whatever dies, until interrupted."""
        while True:
            self.watch_servers(say)
            for name, child in self._children.items():
                if not child.running:
                    say(f"{name} ended (exit code {child.exit_code}); starting it again. Its log: {child.log}")
                    self.start_process(name)
            time.sleep(_WATCH_S)

    @abstractmethod
    def watch_servers(self, say: Callable[[str], None]) -> None:
        """Start servers of our own again that ended."""


def _answers(http: Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except HTTPError:
        return False
