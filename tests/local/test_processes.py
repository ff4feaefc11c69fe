import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from deploy.local.locks import FolderInUseError, FolderLock
from deploy.local.processes import Child, ServerError, alive, free_port

from .starters import SLEEPER, ends, kill, starter, without_setpriv


def test_a_child_dies_when_its_starter_is_killed(tmp_path: Path) -> None:
    with starter(SLEEPER, tmp_path) as (process, sleeper):
        assert alive(sleeper)
        kill(process)
        assert ends(sleeper, within=5)


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    child = Child("sleeper", tmp_path)
    thread = threading.Thread(target=child.start, args=(["sleep", "600"],))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert child.running
    child.stop()


def test_an_orphan_is_stopped_by_the_next_start(tmp_path: Path) -> None:
    with starter(SLEEPER, tmp_path, env=without_setpriv(tmp_path)) as (process, orphan):
        kill(process)
        assert not ends(orphan, within=0.3)
    child = Child("sleeper", tmp_path)
    child.start(["sleep", "600"])
    assert not alive(orphan)
    assert child.running
    child.stop()
    assert not child.record.exists()


def test_a_stranger_with_the_recorded_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        started = psutil.Process(stranger.pid).create_time() - 3600
        child = Child("sleeper", tmp_path)
        child.record.write_text(json.dumps({"pid": stranger.pid, "started": started, "command": ["sleep"]}))
        assert not child.stop_orphan()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_torn_record_does_not_hinder_a_start(tmp_path: Path) -> None:
    child = Child("sleeper", tmp_path)
    child.record.write_text('{"pid": 12')
    child.start(["sleep", "600"])
    assert child.running
    child.stop()


def test_a_child_that_does_not_listen_is_killed_with_all_below_it(tmp_path: Path) -> None:
    child = Child("deaf", tmp_path)
    child.start(["sh", "-c", "trap '' TERM; sleep 600 & echo up; while :; do sleep 0.05; done"])
    child.wait_until(lambda: "up" in child.log.read_text(), timeout=5)
    below = psutil.Process(child.pid).children()
    child.stop(timeout=0.3)
    assert child.exit_code == -signal.SIGKILL
    assert not any(alive(process) for process in below)


def test_a_child_that_ends_too_early_is_reported_with_its_own_last_words(tmp_path: Path) -> None:
    child = Child("weak", tmp_path)
    child.log.write_text("words of an earlier run\n")
    child.start(["sh", "-c", "echo no such luck >&2; exit 3"])
    with pytest.raises(ServerError, match=r"weak ended with code 3[\s\S]*no such luck") as caught:
        child.wait_until(lambda: False, timeout=5)
    assert "earlier run" not in str(caught.value)


def test_a_child_that_is_never_ready_is_killed_and_reported(tmp_path: Path) -> None:
    child = Child("slow", tmp_path)
    child.start(["sleep", "600"])
    with pytest.raises(ServerError, match=r"slow was not ready after 0\.1 seconds"):
        child.wait_until(lambda: False, timeout=0.1)
    assert not child.running


def test_a_command_that_does_not_exist_is_an_error_at_once(tmp_path: Path) -> None:
    child = Child("missing", tmp_path)
    with pytest.raises((ServerError, FileNotFoundError)):
        child.start([str(tmp_path / "nothing here")])
        child.wait_for_success(timeout=5)


def test_a_free_port_is_one_that_no_outgoing_connection_is_given() -> None:
    port = free_port()
    assert 20_000 <= port < 32_000
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", port))


def test_a_port_with_a_taken_one_beside_it_is_not_drawn() -> None:
    taken = free_port(beside=range(-2, 20))
    numbers = iter((taken - 2, taken + 3))

    class Draw(random.Random):
        def randrange(self, *_: int) -> int:  # type: ignore[override]
            return next(numbers)

    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", taken))
        assert free_port(Draw(), beside=range(-2, 4)) == taken + 3


def test_a_folder_has_one_holder_whose_pid_the_second_one_learns(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    with pytest.raises(FolderInUseError, match=rf"in use by process {os.getpid()} "):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
