"""The whole house as processes of their own, on the run's broker; one set of books for everything that is sent."""

import secrets
from collections.abc import Iterator

import pytest

from deploy.demo.ledger import Ledger, SentLog, count
from deploy.local.postgres import FAST_FOR_TESTS, Postgres
from deploy.local.stack import Stack
from shared.events import COMPLAINTS


@pytest.fixture(scope="session")
def stack(tmp_path_factory, broker) -> Iterator[Stack]:
    """A stack with a Postgres of its own: login roles are the server's, and this one is going to be killed."""
    folder = tmp_path_factory.mktemp("stack")
    postgres = Postgres(folder / "postgres", settings=FAST_FOR_TESTS)
    settings = {
        "NTBCARE_INTAKE_SUBMISSIONS_PER_MINUTE": "1000000",
        "NTBCARE_INTAKE_UPLOAD_REQUESTS_PER_MINUTE_AND_ADDRESS": "1000000",
        "NTBCARE_LAPOR_LOOK_EVERY_S": "2",
        "NTBCARE_LAPOR_LOOKS_PER_HOUR": "400",
    }
    with Stack(
        folder, postgres=postgres, broker=broker, prefix=f"flows-{secrets.token_hex(4)}.", settings=settings
    ) as running:
        yield running


@pytest.fixture(scope="session")
def books() -> SentLog:
    """The sender's own log of 2xx over all tests of this folder: after each of them everything must still balance."""
    return SentLog()


@pytest.fixture
def balance(stack, books):
    async def count_all(refused_counted: int | None = None) -> Ledger:
        return await count(
            books,
            database_url=stack.owner_url,
            bootstrap=stack.broker.bootstrap,
            topic=stack.kafka.topic(COMPLAINTS),
            refused_counted=refused_counted,
        )

    return count_all
