"""`ntbcare up`, as an operator runs it: as a command, on the embedded default. (CI runs `make demo` by itself.)"""

import asyncio
import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from deploy.demo.ledger import read_topic
from deploy.local.processes import free_port
from shared.http.client import Client, HTTPError, client

T = TypeVar("T")
pytestmark = pytest.mark.faults
NTBCARE = [sys.executable, "-m", "deploy.cli.main"]
PATIENCE_S = 90
FIRST_EVENTS = [
    *("complaint.received.v1", "complaint.routed.v1", "complaint.assigned.v1"),
    *("complaint.status_changed.v1", "complaint.verified.v1", "complaint.mirrored.v1"),
]
SUBMISSION = {"text": "Lampu jalan mati di Desa Sembalun, Lombok Timur"}


def wait_for(condition: Callable[[], T]) -> T:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if result := condition():
                return result
        except HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError("it did not come")


def types_in_kafka(house: "House") -> list[list[str]]:
    events = asyncio.run(read_topic(house.broker, "complaints.v1"))
    told = [list(types.values()) for types in events.values()]
    return [[one for one in types if one != "complaint.deadlines_changed.v1"] for types in told]


class House:
    """A house that `ntbcare up` keeps in one folder."""

    def __init__(self, state: Path, port: int):
        self.state = state
        self.port = port
        self.broker = f"127.0.0.1:{port - 1}"
        self.app = f"http://127.0.0.1:{port + 3}"
        self.process: subprocess.Popen[bytes] = subprocess.Popen(["true"])

    def start(self):
        command = [*NTBCARE, "up", "--state", str(self.state), "--first-port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if b"Logs" in line:
                return
        pytest.fail("up ended before it was ready:\n" + b"".join(said).decode())

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> list[psutil.Process]:
        """End it and return which of its processes still live a little later."""
        family = self.family()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            alive = [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
            if not alive:
                return []
            time.sleep(0.1)
        return alive


AT_ITS_AGENCY = {"assigned", "in_progress"}
"""LAPOR!'s stand-in goes on with it by itself, and ours follows."""
MOVED = {"state", "state_words", "changed_at"}


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path / "state", free_port(beside=range(-2, 20)))
    yield house
    house.process.kill()


def lose_the_broker_while_citizens_write(house: House, http: Client) -> None:
    """The broker forgets everything; no complaint may wait for ever below an offset that somebody remembers."""
    broker = next(child for child in house.family() if "tansu" in child.name())
    broker.kill()
    receipts = [
        http.post(f"{house.app}/v1/complaints", json=SUBMISSION, headers={"Idempotency-Key": f"k-no-broker-{n}"})
        for n in range(8)
    ]
    urls = [f"{house.app}{receipt.json()['status_url']}" for receipt in receipts]
    for url in urls:  # one after the other: looking up tickets is limited
        wait_for(functools.partial(is_assigned, http, url))


def is_assigned(http: Client, url: str) -> bool:
    answer = http.get(url)
    return answer.is_success and answer.json()["state"] in AT_ITS_AGENCY


def test_a_house_killed_with_kill_9_comes_back_with_every_complaint_and_every_event(house):
    house.start()
    with client(timeout=5) as http:
        headers = {"Idempotency-Key": "k-before-the-kill"}
        receipt = http.post(f"{house.app}/v1/complaints", json=SUBMISSION, headers=headers).json()
        status = f"{house.app}{receipt['status_url']}"
        wait_for(functools.partial(is_assigned, http, status))
        before = http.get(status).json()
        wait_for(lambda: [types[: len(FIRST_EVENTS)] for types in types_in_kafka(house)] == [FIRST_EVENTS])
        assert house.end(signal.SIGKILL) == []

        house.start()
        after = http.get(status).json()
        assert after["state"] in AT_ITS_AGENCY
        assert {name: after[name] for name in after if name not in MOVED} == {
            name: before[name] for name in before if name not in MOVED
        }
        again = http.post(f"{house.app}/v1/complaints", json=SUBMISSION, headers=headers)
        assert again.json() == receipt
        wait_for(lambda: [types[: len(FIRST_EVENTS)] for types in types_in_kafka(house)] == [FIRST_EVENTS])
        environment = {**os.environ, "NTBCARE_ENV_FILE": str(house.state / "ntbcare.env")}
        traced = subprocess.run(
            [*NTBCARE, "trace", receipt["ticket"], "--json"], env=environment, capture_output=True, check=True
        )
        assert json.loads(traced.stdout)["ticket"] == receipt["ticket"]
        assert b"Sembalun, Lombok Timur" not in traced.stdout
        lose_the_broker_while_citizens_write(house, http)
    assert house.end(signal.SIGTERM) == []
