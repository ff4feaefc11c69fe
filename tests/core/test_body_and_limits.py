"""Bodies and limits: no more than allowed, and not for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import Request

from shared.core.errors import TooManyRequestsError
from shared.http.body import BodyIncompleteError, BodyTooLargeError, Memory, NoRoomError, read_body
from shared.http.limits import RateLimit, address_of


def request(chunks: list[bytes], length: str | None = None, client: str | None = "127.0.0.1") -> Request:
    parts: Iterator[dict[str, Any]] = iter(
        [*({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks), {"type": "http.request"}]
    )
    headers = [] if length is None else [(b"content-length", length.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "headers": headers, "client": (client, 1) if client else None}

    async def receive() -> dict[str, Any]:
        return next(parts)

    return Request(scope, receive)


async def test_a_body_is_read_byte_for_byte():
    assert await read_body(request([b"\x00\xff", b"", b"\r\n"]), 4) == b"\x00\xff\r\n"
    assert await read_body(request([]), 0) == b""


@pytest.mark.parametrize("length", ["11", "0011", "9" * 5000])
async def test_a_body_that_declares_too_much_is_not_read(length):
    asked = request([b"x"], length)
    with pytest.raises(BodyTooLargeError):
        await read_body(asked, 10)
    assert (await asked.receive())["body"] == b"x"


@pytest.mark.parametrize("length", [None, "3", "10", "000000000000000000000000000010", "-1", "ten", "²", ""])
async def test_a_body_that_declares_less_than_it_is_or_nonsense_is_cut_at_the_limit(length):
    with pytest.raises(BodyTooLargeError):
        await read_body(request([b"12345", b"678901"], length), 10)
    assert await read_body(request([b"12345", b"67890"], length), 10) == b"1234567890"


async def test_large_bodies_share_the_memory_that_there_is_and_words_always_find_room():
    memory, large, words = Memory(600 * 1024), [bytes(300 * 1024)] * 2, [b"Jalan rusak"]
    with memory.share() as first:
        assert len(await read_body(request(large), 10**6, share=first)) == 600 * 1024
        with memory.share() as second, pytest.raises(NoRoomError):
            await read_body(request(large), 10**6, share=second)
        with memory.share() as third:
            assert await read_body(request(words), 10**6, share=third) == words[0]
    with memory.share() as fourth:
        assert await read_body(request(large), 10**6, share=fourth)


async def test_a_caller_that_hangs_up_or_falls_silent_is_not_waited_for():
    async def hang_up() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def say_nothing() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError

    for receive in (hang_up, say_nothing):
        asked = Request({"type": "http", "method": "POST", "headers": []}, receive)
        with pytest.raises(BodyIncompleteError):
            await read_body(asked, 10, patience_s=0.05)


async def test_a_slow_body_is_waited_for_as_long_as_it_moves():
    async def slow() -> AsyncIterator[dict[str, Any]]:
        for _ in range(5):
            await asyncio.sleep(0.03)
            yield {"type": "http.request", "body": b"x", "more_body": True}
        yield {"type": "http.request"}

    parts = slow()
    asked = Request({"type": "http", "method": "POST", "headers": []}, parts.__anext__)
    assert await read_body(asked, 10, patience_s=0.1) == b"xxxxx"


def test_a_limit_counts_each_address_and_each_place_by_itself():
    limit = RateLimit(3)
    assert [limit.allows("doors", "10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert limit.allows("doors", "10.0.0.2")
    assert limit.allows("tickets", "10.0.0.1")
    with pytest.raises(TooManyRequestsError):
        limit.require("doors", "10.0.0.1")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_customer_cannot_escape_a_limit_by_changing_the_address(host, counted):
    assert address_of(request([], client=host)) == counted
