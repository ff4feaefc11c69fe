import asyncio
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from deploy.local import accounts
from deploy.local.locks import FolderInUseError
from deploy.local.postgres import FAST_FOR_TESTS, Postgres
from deploy.local.processes import ServerError, alive, free_port

from .starters import POSTGRES, ends, kill, listening_addresses, starter, without_setpriv


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("a folder with spaces") / "é"
    with Postgres(folder, settings={**FAST_FOR_TESTS, "max_connections": "17"}) as server:
        yield server


async def query(server: Postgres, statement: str, **how: Any) -> Any:
    connection = await asyncpg.connect(**{"dsn": server.admin_url(), "timeout": 5, **how})
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_the_settings_reach_the_server(postgres: Postgres) -> None:
    assert await query(postgres, "SHOW max_connections") == "17"
    assert await query(postgres, "SHOW fsync") == "off"


async def test_text_is_utf8_and_upper_case_knows_more_than_ascii(postgres: Postgres) -> None:
    assert await query(postgres, "SELECT upper('é')") == "É"


def test_without_settings_a_commit_is_on_disk() -> None:
    command = Postgres(Path("unused"))._command(accounts.Account())
    assert not [word for word in command if "fsync" in word or "synchronous_commit" in word]


def test_postgres_listens_on_loopback_only(postgres: Postgres) -> None:
    assert listening_addresses(postgres.pid) == {"127.0.0.1"}


@pytest.mark.parametrize("password", ["", "postgres", "wrong"])
async def test_nobody_enters_without_the_password(postgres: Postgres, password: str) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await query(postgres, "SELECT 1", password=password)


def test_only_its_owner_reads_the_folder_and_the_password(postgres: Postgres) -> None:
    assert stat.S_IMODE(postgres.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((postgres.folder / "password").stat().st_mode) == 0o600


def test_the_password_stands_in_no_command_line(postgres: Postgres) -> None:
    assert postgres.password not in " ".join(psutil.Process(postgres.pid).cmdline())


def test_a_second_starter_of_the_same_folder_learns_who_holds_it(postgres: Postgres) -> None:
    with pytest.raises(FolderInUseError, match=rf"in use by process {os.getpid()} "):
        Postgres(postgres.folder).start()
    assert postgres.running


def test_a_taken_port_is_told_with_the_servers_own_words(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="Address already in use"):
        Postgres(tmp_path / "other", port=postgres.port, settings=FAST_FOR_TESTS).start()


async def test_what_was_committed_survives_a_kill_and_a_start_on_the_same_port(postgres: Postgres) -> None:
    await query(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    backends = psutil.Process(postgres.pid).children()
    port = postgres.port
    postgres.kill()
    assert backends
    assert not any(alive(backend) for backend in backends)
    postgres.start()
    assert postgres.port == port
    assert await query(postgres, "SELECT answer FROM kept") == 42


def test_a_pid_file_that_names_a_stranger_by_now_does_not_hinder_a_start(postgres: Postgres) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        postgres.kill()
        pid_file = postgres.folder / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines(keepends=True)
        pid_file.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        postgres.start()
        assert asyncio.run(query(postgres, "SELECT 1")) == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_lost_password_file_is_a_clear_error(postgres: Postgres) -> None:
    postgres.stop()
    hidden = (postgres.folder / "password").rename(postgres.folder / "hidden")
    with pytest.raises(ServerError, match=r"put .*password back"):
        postgres.start()
    hidden.write_text(hidden.read_text()[::-1])
    hidden.rename(postgres.folder / "password")
    with pytest.raises(ServerError, match="refuses a login"):
        postgres.start()
    assert not postgres.running
    (postgres.folder / "password").write_text(postgres.password[::-1])
    postgres.start()


def test_postgres_dies_when_its_starter_is_killed(tmp_path: Path) -> None:
    with starter(POSTGRES, tmp_path / "state") as (process, postmaster):
        family = [postmaster, *postmaster.children()]
        assert len(family) > 1
        kill(process)
        assert all(ends(member, within=10) for member in family)


def test_an_orphaned_postgres_gives_way_to_the_next_start_even_without_a_record(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with starter(POSTGRES, folder, env=without_setpriv(tmp_path)) as (process, orphan):
        kill(process)
        assert not ends(orphan, within=0.3)
    (folder / "postgres.json").unlink()
    backends = orphan.children()
    with Postgres(folder, settings=FAST_FOR_TESTS) as server:
        assert server.pid != orphan.pid
        assert not any(alive(process) for process in [orphan, *backends])
        assert asyncio.run(query(server, "SELECT 1")) == 1


def test_a_first_start_that_was_cut_short_leaves_nothing_half_done(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    (folder / "data.incoming" / "base").mkdir(parents=True)
    (folder / "password").write_text("of the run that was cut short")
    with Postgres(folder, port=free_port(), settings=FAST_FOR_TESTS) as server:
        assert asyncio.run(query(server, "SELECT 1")) == 1
        os.kill(server.pid, signal.SIGKILL)


def test_root_without_user_namespaces_learns_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        assert accounts.account_for(tmp_path / "postgres", tmp_path) == accounts.Account()
        return
    monkeypatch.setattr(accounts, "_namespace_permitted", lambda: False)
    with pytest.raises(ServerError, match="Run this as an ordinary user, permit user namespaces"):
        accounts.account_for(tmp_path / "postgres", tmp_path)
