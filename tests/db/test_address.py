"""A database URL means the same to services, migrations and commands, and TLS is as strict as it says."""

import ssl

import asyncpg
import pytest
from sqlalchemy import literal, select

from shared.core.settings import SettingsError
from shared.db import Database, DatabaseUnavailableError, migrations
from shared.db.address import check_address
from shared.db.roles import prepare_roles
from tests.tls import make_certificates, postgres_with_tls

PASSWORD = "a-password-nobody-may-see"
HOST = f"postgresql://u:{PASSWORD}@db.example/x"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def over_tls(postgres, certificates):
    """Turn a URL of the run's Postgres into one that goes through its door with TLS."""
    with postgres_with_tls(postgres.port, certificates) as port:
        yield lambda url, query: f"{url.replace(str(postgres.port), str(port))}?{query}"


async def ask(url: str) -> int | None:
    database = Database(url, application="test", pool_size=1)
    try:
        async with database.transaction() as tx:
            return await tx.scalar(select(literal(1)))
    finally:
        await database.close()


async def test_a_service_verifies_the_servers_certificate_and_name(over_tls, certificates, database_urls):
    url = over_tls(database_urls["casework"], f"sslmode=verify-full&sslrootcert={certificates.ca}")
    assert await ask(url) == 1


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_a_server_with_a_certificate_of_somebody_elses_is_not_talked_to(over_tls, database_urls, tmp_path, mode):
    stranger = make_certificates(tmp_path)
    url = over_tls(database_urls["casework"], f"sslmode={mode}&sslrootcert={stranger.ca}")
    with pytest.raises(DatabaseUnavailableError) as refused:
        await ask(url)
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)


async def test_only_verify_full_minds_the_servers_name(over_tls, certificates, database_urls):
    url = over_tls(database_urls["casework"], f"sslrootcert={certificates.ca}").replace("127.0.0.1", "localhost")
    assert await ask(f"{url}&sslmode=verify-ca") == 1
    with pytest.raises(DatabaseUnavailableError) as refused:
        await ask(f"{url}&sslmode=verify-full")
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)


@pytest.mark.parametrize(("mode", "enters"), [("disable", False), ("prefer", True), ("require", True)])
async def test_the_modes_without_a_certificate_mean_what_libpq_says(over_tls, database_urls, mode, enters):
    url = over_tls(database_urls["casework"], f"sslmode={mode}")
    if enters:
        assert await ask(url) == 1
    else:
        with pytest.raises(DatabaseUnavailableError):
            await ask(url)


async def test_a_server_without_tls_is_not_talked_to_when_tls_is_required(database_urls):
    with pytest.raises(DatabaseUnavailableError):
        await ask(f"{database_urls['casework']}?sslmode=require")


async def test_roles_are_prepared_over_tls(over_tls, certificates, admin_url):
    url = over_tls(admin_url, f"sslmode=verify-full&sslrootcert={certificates.ca}")
    await prepare_roles(url, {})


def test_migrations_run_over_tls(over_tls, certificates, admin_url):
    migrations.check(over_tls(admin_url, f"sslmode=verify-full&sslrootcert={certificates.ca}"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"mysql://u:{PASSWORD}@h/x", "postgresql://"),
        (f"postgresql://u:{PASSWORD}@[h/x", "cannot be read"),
        (f"{HOST}?sslmode=verify_full", "unknown sslmode"),
        (f"{HOST}?sslmode=verify-full", "sslrootcert=/path"),
        (f"{HOST}?sslmode=verify-full&sslrootcert=no/such/ca.pem", "no/such/ca.pem (FileNotFoundError)"),
        (f"{HOST}?sslmode=verify-full&sslrootcert={__file__}", "(SSLError)"),
        (f"{HOST}?sslmode=require&sslkey=no/such/key.pem", "sslkey cannot be used"),
    ],
)
def test_a_wrong_address_is_refused_at_the_start_in_plain_words_without_the_password(url, words):
    with pytest.raises(SettingsError) as refused:
        Database(url, application="test")
    assert words in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_an_address_without_a_password_is_one(tmp_path):
    check_address("postgresql://ntbcare_relay@db.example/ntbcare")
    certificates = make_certificates(tmp_path)
    check_address(f"postgresql://r@h/d?sslmode=verify-full&sslrootcert={certificates.ca}&sslcert={certificates.server}")


def test_an_engines_text_shows_no_password():
    assert PASSWORD not in repr(Database(HOST, application="test").engine)


async def test_plain_asyncpg_reads_the_same_address(over_tls, certificates, admin_url):
    connection = await asyncpg.connect(over_tls(admin_url, f"sslmode=verify-full&sslrootcert={certificates.ca}"))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
