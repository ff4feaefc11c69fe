"""A fetch goes to the provider and to nobody else, and ends, whatever the other side does."""

import asyncio
import gzip
import os
from datetime import timedelta

import pytest

from services.intake.media.fetch import Fetcher
from services.intake.media.outcome import Fetched, Outcome, Unfetched
from shared.channels import MediaPolicy
from shared.http.outside import OutsideClient, PrivateAddressError, is_public, resolve
from tests.services.intake.media.outside import HOSTS, PUBLIC, Provider, World, response, world

POLICY = MediaPolicy(
    hosts=("media.provider.example", "*.cdn.example"),
    keep=timedelta(days=30),
    largest=100_000,
    headers={"Authorization": "Basic c2VjcmV0"},
)
ADDRESS = f"https://{HOSTS[0]}/photo?sig=abc"
PHOTO = b"\xff\xd8\xff" + os.urandom(5000)


@pytest.fixture
async def out():
    async with world() as made:
        yield made


async def fetch(out: World, url: str = ADDRESS, *, whole_s: float = 5.0) -> Outcome:
    return await Fetcher(out.client, whole_s=whole_s).fetch(url, POLICY)


def redirect(to: str) -> bytes:
    return response("302 Found", b"", f"location: {to}")


async def test_a_content_is_fetched_from_the_address_that_was_looked_at(out):
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", PHOTO, "content-type: image/jpeg")
    assert await fetch(out) == Fetched(PHOTO, "image/jpeg")
    assert out.wire.connected == [PUBLIC]
    asked = out.provider.requests[0].lower()
    assert "host: media.provider.example\r\n" in asked
    assert "accept-encoding: identity\r\n" in asked
    assert "authorization: basic c2vjcmv0\r\n" in asked
    assert "cookie" not in asked


async def test_a_name_that_changes_its_mind_is_asked_only_once(out):
    """DNS rebinding: a public address for whoever checks, this machine for whoever connects."""
    out.names.answers[HOSTS[0]] = [[PUBLIC], ["127.0.0.1"]]
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", PHOTO)
    assert isinstance(await fetch(out), Fetched)
    assert (out.names.asked, out.wire.connected) == ([HOSTS[0]], [PUBLIC])
    assert await fetch(out) == Unfetched("refused", "private_address")
    assert out.wire.connected == [PUBLIC]


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "192.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
    *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:a9fe:a9fe::", "2001:db8::1", "::127.0.0.1", "not an address", ""),
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_connection_ever_goes_to_an_address_that_is_not_public(out, address):
    out.names.answers[HOSTS[0]] = [[PUBLIC, address]]
    assert await fetch(out) == Unfetched("refused", "private_address")
    assert out.wire.connected == []


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2a03:2880:f10c::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_providers_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/admin",
        "https://127.0.0.1/admin",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://evil.example/photo",
        "http://a.cdn.example/photo",
        "https://a.cdn.example:8443/photo",
        "https://user@a.cdn.example/photo",
        "https://cdn.example.evil.example/",
        "//evil.example/photo",
        "file:///etc/passwd",
        "https://[not-an-address",
        "",
    ],
)
async def test_a_redirect_to_anywhere_else_is_refused(out, target):
    out.provider.scripts["/photo?sig=abc"] = redirect(target)
    result = await fetch(out)
    if target == "":  # back to where it came from, until it is too often
        assert result == Unfetched("failed", "too_many_redirects")
    else:
        assert result == Unfetched("refused", "foreign_address")
        assert len(out.wire.connected) == 1


async def test_redirects_between_the_providers_hosts_are_followed_and_the_secret_is_not_passed_on(out):
    out.provider.scripts["/photo?sig=abc"] = redirect("https://a.cdn.example/1")
    out.provider.scripts["/1"] = redirect("/2")
    out.provider.scripts["/2"] = response("200 OK", PHOTO)
    assert await fetch(out) == Fetched(PHOTO, None)
    assert out.names.asked == [HOSTS[0], "a.cdn.example", "a.cdn.example"]
    assert ["authorization" in request.lower() for request in out.provider.requests] == [True, False, False]


async def test_a_redirect_to_a_name_that_leads_home_is_refused(out):
    out.names.answers["b.cdn.example"] = [["10.0.0.7"]]
    out.provider.scripts["/photo?sig=abc"] = redirect("https://b.cdn.example/internal")
    assert await fetch(out) == Unfetched("refused", "private_address")
    assert out.wire.connected == [PUBLIC]


async def test_the_fourth_redirect_is_one_too_many(out):
    for step in range(6):
        out.provider.scripts[f"/{step}"] = redirect(f"/{step + 1}")
    assert await fetch(out, f"https://{HOSTS[0]}/0") == Unfetched("failed", "too_many_redirects")
    assert len(out.provider.requests) == 4


async def test_a_cookie_is_never_sent_back(out):
    out.provider.scripts["/photo?sig=abc"] = response("302 Found", b"", "location: /2", "set-cookie: id=1; Path=/")
    out.provider.scripts["/2"] = response("200 OK", PHOTO)
    assert isinstance(await fetch(out), Fetched)
    assert not any("cookie" in request.lower() for request in out.provider.requests)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example\\@media.provider.example/",
        "https://media.provider.example#@evil.example/",
        "https://evil.example#@media.provider.example/",
        "https://media.provider.example\t.evil.example/",
        "https://media.provider.example\\.evil.example/",
        "https://media.provider.example%2eevil.example/",
        "https://evil.example?@media.provider.example/",
    ],
)
async def test_an_address_that_two_parsers_read_differently_reaches_nobody_else(out, url):
    await fetch(out, url)
    assert set(out.names.asked) <= {HOSTS[0]}


async def endless(provider: Provider, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await provider.write(writer, bytes(65536))


async def test_a_body_without_end_is_left_at_the_limit(out):
    out.provider.scripts["/photo?sig=abc"] = lambda writer: endless(out.provider, writer)
    assert await fetch(out) == Unfetched("refused", "too_large")
    await asyncio.sleep(0.05)
    sent = out.provider.sent
    await asyncio.sleep(0.1)
    assert out.provider.sent == sent < 20_000_000, "hung up; what was sent by then lies in the sockets' buffers"


async def test_a_video_of_two_gigabytes_is_refused_by_its_length_alone(out):
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", b"", length=2 * 1024**3)
    assert await fetch(out) == Unfetched("refused", "too_large")


async def test_a_length_that_promises_more_than_comes_is_tried_again(out):
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", PHOTO, length=len(PHOTO) + 10)
    assert await fetch(out) == Unfetched("later", "connection_failed")


async def test_a_length_that_says_less_than_comes_gives_no_more_than_it_says(out):
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", PHOTO, length=100)
    assert await fetch(out) == Fetched(PHOTO[:100], None)


async def test_chunks_are_counted_too(out):
    chunk = b"%x\r\n%b\r\n" % (60_000, bytes(60_000))
    out.provider.scripts["/photo?sig=abc"] = (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n"
    )
    assert await fetch(out) == Unfetched("refused", "too_large")


async def test_a_packed_body_is_never_unpacked(out):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < POLICY.largest
    out.provider.scripts["/photo?sig=abc"] = response("200 OK", bomb, "content-encoding: gzip")
    assert await fetch(out) == Unfetched("refused", "packed")


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


@pytest.mark.parametrize("script", [drip, silence])
async def test_a_provider_that_drips_or_says_nothing_holds_nobody_longer_than_the_limit(out, script):
    out.provider.scripts["/photo?sig=abc"] = script
    async with asyncio.timeout(4):
        assert await fetch(out, whole_s=0.3) == Unfetched("later", "too_slow")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("404 Not Found", Unfetched("failed", "gone")),
        ("403 Forbidden", Unfetched("failed", "gone")),
        ("410 Gone", Unfetched("failed", "gone")),
        ("400 Bad Request", Unfetched("failed", "http_400")),
        ("206 Partial Content", Unfetched("failed", "http_206")),
        ("401 Unauthorized", Unfetched("later", "http_401")),
        ("429 Too Many Requests", Unfetched("later", "http_429")),
        ("500 Internal Server Error", Unfetched("later", "http_500")),
        ("503 Service Unavailable", Unfetched("later", "http_503")),
    ],
)
async def test_an_answer_without_content_says_whether_to_try_again(out, status, expected):
    out.provider.scripts["/photo?sig=abc"] = response(status, b"")
    assert await fetch(out) == expected


async def test_a_certificate_of_somebody_else_is_no_provider(out):
    assert await fetch(out, "https://c.cdn.example/photo") == Unfetched("later", "connection_failed")
    assert out.provider.requests == []


async def test_a_name_that_does_not_exist_is_tried_again(out):
    out.names.answers[HOSTS[0]] = [[]]
    assert await fetch(out) == Unfetched("later", "name_not_found")


async def test_a_server_that_hangs_up_or_talks_nonsense_is_tried_again(out):
    for nonsense in (b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"):
        out.provider.scripts["/photo?sig=abc"] = nonsense
        assert await fetch(out) == Unfetched("later", "connection_failed")


async def test_the_machines_own_resolver_and_connector_reach_nothing_of_ours():
    assert "127.0.0.1" in await resolve("localhost")
    client = OutsideClient()
    with pytest.raises(PrivateAddressError):
        async with client.get("https://localhost/", {}):
            pass
    await client.close()


def test_neither_secret_nor_content_is_in_what_is_logged():
    assert "c2VjcmV0" not in repr(POLICY)
    assert "xd8" not in repr(Fetched(PHOTO, None))
