"""The bench measures what it says: real webhooks, honest books, targets that can be missed."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from rich.console import Console

from channel_adapters.facebook.authenticate import authenticate
from channel_adapters.facebook.normalize import normalize
from channel_adapters.facebook.settings import FacebookSettings
from deploy.bench.intake import compare, stored
from deploy.bench.load import Load, percentile
from deploy.bench.report import render
from deploy.bench.targets import misses
from deploy.bench.webhooks import PATH, Webhooks
from shared.channels import InboundRequest

SECRET = "a-meta-app-secret-5f1e9b7c"
PAGE = "1067280970047460"


@pytest.fixture
def webhooks() -> Webhooks:
    return Webhooks(SECRET, host="127.0.0.1")


def read(request: bytes) -> InboundRequest:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    assert lines[0] == f"POST {PATH} HTTP/1.1"
    assert int(headers["content-length"]) == len(body)
    return InboundRequest(
        method="POST", door=PATH, path_values={}, query=b"", headers=headers, body=body, received_at=datetime.now(UTC)
    )


def test_every_webhook_is_signed_understood_unique_and_of_at_least_a_kilobyte(webhooks):
    settings = FacebookSettings.model_construct(app_secrets=(SecretStr(SECRET),))
    messages = []
    for number in range(30):
        request = read(webhooks.request(number))
        authenticate(request, settings)
        (message,) = normalize(request, frozenset([PAGE]), None).messages
        assert webhooks.number(message.provider_message_id) == number
        assert len(message.text) >= 1024
        messages.append(message)
    assert len({message.text for message in messages}) == 30
    assert len({message.sender.id for message in messages}) == 30


def test_two_measurements_on_one_stack_hear_from_different_citizens(webhooks):
    def citizens(run: Webhooks) -> set[str]:
        found = (normalize(read(run.request(number)), frozenset([PAGE]), None) for number in range(30))
        return {message.sender.id for one in found for message in one.messages}

    assert not citizens(webhooks) & citizens(Webhooks(SECRET, host="127.0.0.1"))


async def test_the_load_keeps_a_log_of_every_answer(webhooks):
    seen: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
            mid = json.loads(body)["entry"][0]["messaging"][0]["message"]["mid"]
            seen.append(int(mid[-16:]))
            if len(seen) == 40:
                writer.close()
                return
            refused = len(seen) % 4 == 0
            writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" if refused else b"HTTP/1.1 200 OK\r\nContent-")
            await asyncio.sleep(0)
            writer.write(b"" if refused else b"Length: 4\r\n\r\nfine")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    load = Load(webhooks.request)
    await load.connect("127.0.0.1", server.sockets[0].getsockname()[1], 4)
    await load.pace(per_second=1000, messages=40)
    await load.finish()
    server.close()
    assert sorted(seen) == list(range(40))
    assert load.statuses == {200: 30, 503: 9}
    assert len(load.accepted) == 30
    assert load.unanswered == {seen[39]}
    assert set(seen) - set(load.accepted) - load.unanswered == {seen[index] for index in range(3, 39, 4)}


def test_what_is_missing_or_doubled_is_counted():
    whole = Counter(messages=1, complaints=1, raw_requests=1, events=1, reporters=1)
    found = {
        "a": whole,
        "b": Counter({**whole, "messages": 2}),
        "c": Counter({**whole, "events": 0}),
        "unanswered": whole,
    }
    assert compare(["a", "b", "c", "d"], found) == {
        "accepted": 4,
        "stored_exactly_once": 1,
        "missing": 1,
        "doubled_or_incomplete": 2,
    }


async def test_the_count_asks_for_what_the_database_has(database_urls):
    assert await stored(database_urls["owner"]) == {}


def test_a_percentile_is_a_value_that_was_seen():
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (51.0, 100.0, 7.0)


def a_document(**changes: float) -> dict[str, object]:
    told = {"ratio": 0.5, "missing": 0, "p50": 80.0, "rest": 90.0, "growth": 0.05, "storm": 1.4, "drain": 2000.0}
    told |= {"left": 0, "paced": 30.0}
    told |= {"rules": 5000, "assigned": 9, "assigned_per_second": 400}
    told |= {"noticed": 9, "due_per_second": 6000} | changes
    row = {"seconds": 60.0, "accepted": 9, "per_second": 100.0, "p50_ms": 1.0, "p99_ms": 2.0, "cpu_us_per_request": 300}
    spent = {"p50": told["p50"], "p95": 99.0, "p99": 200.0, "max": 300.0}
    memory = {f"{when}_{kind}_mb": told["rest"] for when in ("rest", "after") for kind in ("rss", "pss", "uss")}
    return {
        "machine": {"cores": 2, "python": "3.11.7", "system": "Linux", "load_before": 0.1},
        "intake": {
            "connections": 64,
            "body_bytes": 1363,
            "postgres": {"synchronous_commit": "on"},
            "baseline": row,
            "intake": row,
            "ratio": told["ratio"],
            "at_a_pace": {
                "share_of_peak": 0.8,
                "bare": {"messages": 9, "p50_ms": 2.0, "p99_ms": 8.0, "median_p99_of_a_second_ms": 7.0},
                "intake": {
                    "messages": 9,
                    "p50_ms": 9.0,
                    "p99_ms": told["paced"],
                    "median_p99_of_a_second_ms": 25.0,
                },
            },
            "after_kill": {
                "accepted": 9,
                "stored_exactly_once": 9 - told["missing"],
                "missing": told["missing"],
                "doubled_or_incomplete": 0,
                "refused_503": 3,
            },
        },
        "latency": {
            "broker": "Apache Kafka",
            "per_second": 50,
            "seconds": 60,
            "accepted": 9,
            "arrived": 9,
            "webhook_to_assigned_ms": spent,
            "broker_alone_ms": spent,
            "answer_ms": spent,
            "steps_p50_ms": {"received_at → received": 2.0},
        },
        "routing": {
            "rules": {"texts": 9, "words_per_second": 60_000, "per_second": told["rules"], "ratio": 0.09},
            "drained": {
                "accepted": 9,
                "assigned": told["assigned"],
                "seconds": 1.0,
                "per_second": told["assigned_per_second"],
                "cpu_ms_per_complaint": {"routing": 1.3, "postgresql": 0.8},
            },
        },
        "clocks": {
            "deadlines": 9,
            "noticed": told["noticed"],
            "announced": 9,
            "left": 0,
            "seconds": 1.0,
            "per_second": told["due_per_second"],
            "update_alone_per_second": 30_000,
            "ratio": 0.2,
            "cpu_us_per_deadline": {"casework": 90.0, "postgresql": 110.0},
        },
        "storm": {
            "connections": 64,
            "copies": 3,
            "baseline": row,
            "once": row,
            "storm": row,
            "ratio": told["storm"],
            "ratio_to_bare": 0.5,
            "count": {"accepted": 9, "stored_exactly_once": 9, "missing": 0, "doubled_or_incomplete": 0},
        },
        "processes": {
            "cores": 2,
            "connections": 64,
            "baseline": row,
            "groups": [
                {
                    "processes": 4,
                    "per_second": 1200.0,
                    "ratio_to_one": 1.3,
                    "ratio_to_bare": 0.4,
                    "p50_ms": 40.0,
                    "p99_ms": 90.0,
                    "accepted": 9,
                    "cores_used": {"intake": 1.1, "postgresql": 0.6, "senders": 0.2},
                }
            ],
        },
        "drain": {
            "broker": "Apache Kafka",
            "messages": 10_000,
            "accepted": 10_000,
            "events": 10_000,
            "left": told["left"],
            "seconds_with_the_relays_start": 8.0,
            "per_second": told["drain"],
            "producer_alone_per_second": 9000.0,
            "ratio": 0.2,
        },
        "memory": {
            "messages": 10_000,
            "processes": {"routing": {**memory, "growth": told["growth"], "cpu_ms_per_message": 4.0}},
        },
    }


def test_figures_within_their_targets_miss_nothing():
    assert misses(a_document()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ratio": 0.39}, "intake reaches 0.39"),
        ({"paced": 60.0}, "at a pace: p99 60.0 ms"),
        ({"missing": 1}, "1 missing"),
        ({"p50": 121.0}, "p50 121.0 ms"),
        ({"rest": 301.0}, "routing holds 301.0 MB"),
        ({"growth": 0.21}, "routing grew by 21%"),
        ({"storm": 0.9}, "redeliveries reach 0.9"),
        ({"drain": 1500.0}, "drains at 1500 events/s"),
        ({"left": 3}, "3 events left"),
        ({"rules": 1499}, "the rules decide 1499 complaints/s"),
        ({"assigned": 8}, "8 assigned"),
        ({"assigned_per_second": 299}, "299 complaints/s"),
        ({"due_per_second": 4999}, "4,999 due deadlines/s"),
        ({"noticed": 8}, "8 kept"),
    ],
)
def test_a_missed_target_is_named(change, said):
    (miss,) = misses(a_document(**change))
    assert said in miss


def test_the_table_shows_every_figure_beside_its_target():
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as shown:
        console.print(render(a_document()))
    for words in (
        "target ≥ 0.4",
        "synchronous_commit=on",
        "At 80% of its peak: p50 9.0 ms, p99 30.0 ms (target < 60), 25.0 ms in half of the seconds",
        "9 got a 2xx, 9 of them are stored exactly once",
        "routing",
        "Redelivery storm",
        "CPU ms a complaint: routing 1.3, postgresql 0.8",
        "> 1,500",
    ):
        assert words in shown.get()
