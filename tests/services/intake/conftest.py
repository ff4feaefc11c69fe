"""Intake behind its real doors, on a real database; the provider is played by the test."""

import json

import pytest
from fastapi import FastAPI

from gateway.app import create_app
from services.intake import app as intake
from shared.core.service import ServeOptions
from shared.http.client import ASGITransport, AsyncClient

SETTINGS = {
    "NTBCARE_INTAKE_VAULT_KEYS": "5f2d0c1b7e9a48d6b3c4f1e2a7d8c9b0",
    "NTBCARE_INTAKE_ACCESS_CODE_KEY": "0b9c8d7a2e1f4c3b6d84a9e7b1c0d2f5",
    "NTBCARE_INTAKE_SUBMISSIONS_PER_MINUTE": "100000",
    "NTBCARE_INTAKE_LOOKUPS_PER_MINUTE": "100000",
    "NTBCARE_FACEBOOK_APP_SECRETS": "f4ceb00c5ec2e7f4ceb00c5ec2e7f4ce",
    "NTBCARE_FACEBOOK_VERIFY_TOKEN": "verify-4d6f1a2b3c4d5e6f",
    "NTBCARE_FACEBOOK_PAGES": "1067280970047460",
    "NTBCARE_INSTAGRAM_APP_SECRETS": "1257a64a15ec2e71257a64a15ec2e712",
    "NTBCARE_INSTAGRAM_VERIFY_TOKEN": "verify-6a7b8c9d0e1f2a3b",
    "NTBCARE_INSTAGRAM_ACCOUNTS": "17841400008460056",
    "NTBCARE_SMS_NUMBERS": "1708",
    "NTBCARE_SMS_KANNEL_TOKEN": "ka55e1-token-9c8b7a6d5e4f3a2b",
    "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
}


@pytest.fixture
def settings(monkeypatch, tmp_path, database_urls):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NTBCARE_INTAKE_DATABASE_URL", database_urls["intake"])
    monkeypatch.setenv("NTBCARE_INTAKE_ATTACHMENTS", str(tmp_path / "attachments"))


@pytest.fixture
async def app(settings) -> FastAPI:
    service = intake.build(ServeOptions())
    yield create_app([service])
    await service.close()


@pytest.fixture
async def http(app):
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://door") as client:
        yield client


@pytest.fixture
async def sql(admin_url):
    import asyncpg

    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()
