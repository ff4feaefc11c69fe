"""The service as it runs: built from its environment, fed by Kafka, answered by the stand-in."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from services.lapor import app
from shared.core.ids import new_id
from shared.core.service import ServeOptions
from shared.events import COMPLAINTS, encode_headers
from shared.security import new_key_pair


@pytest.fixture
def environment(monkeypatch, tmp_path, database_urls, kafka, settings):
    chosen = settings()
    values = {
        "NTBCARE_ENV_FILE": str(tmp_path / "no.env"),
        "NTBCARE_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "NTBCARE_KAFKA_PREFIX": kafka.prefix,
        "NTBCARE_KAFKA_IDEMPOTENCE": str(kafka.idempotence),
        "NTBCARE_LAPOR_DATABASE_URL": database_urls["lapor"],
        "NTBCARE_LAPOR_AUTH": chosen.auth.get_secret_value(),
        "NTBCARE_LAPOR_TOKEN": chosen.token.get_secret_value(),
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": new_key_pair().public_key,
    }
    names = ("base_url", "user_id", "channel_id", "institution_id", "look_every_s")
    values |= {f"NTBCARE_LAPOR_{name.upper()}": str(getattr(chosen, name)) for name in names}
    for name, value in values.items():
        monkeypatch.setenv(name, value)


async def test_from_kafka_to_lapor_and_back(environment, kafka, lapor, events, house):
    received, assigned, verified = events
    counting = house()
    told = received()
    service = app.build(ServeOptions())
    workers = [asyncio.create_task(worker()) for worker in service.workers.values()]
    producer = kafka.producer()
    await producer.start()
    try:
        for sequence, event in enumerate((told, assigned(told), verified(told)), 1):
            headers = encode_headers(
                event_id=new_id(),
                event_type=event.type,
                source=event.source,
                subject=event.complaint_id,
                time=told.received_at,
                sequence=sequence,
                traceparent=None,
            )
            key = str(event.complaint_id).encode()
            await producer.send_and_wait(
                kafka.topic(COMPLAINTS), event.model_dump_json().encode(), key=key, headers=headers
            )
        async with asyncio.timeout(30):
            while len(await counting.published(told.ticket)) < 2:  # noqa: ASYNC110 - other processes fill it
                await asyncio.sleep(0.05)
    finally:
        await producer.stop()
        for task in workers:
            task.cancel()
        await asyncio.wait(workers)
        await service.close()
    mirrored, status = [json.loads(event["value"]) for event in await counting.published(told.ticket)]
    assert mirrored["lapor_id"] == str(lapor.one(told.ticket).id)
    assert (status["status"], status["state"]) == ("Belum Terverifikasi", "received")
    assert lapor.count(told.ticket) == 1


def test_the_service_takes_little_memory_before_it_has_something_to_mask():
    code = (
        "import sys, psutil; import services.lapor.app, shared.core.masking; "
        "assert 'lokal' not in sys.modules, 'masking tables are loaded too early'; "
        "before = psutil.Process().memory_info().rss; shared.core.masking.mask('Nama saya Budi.'); "
        "print(before >> 20, psutil.Process().memory_info().rss >> 20)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NTBCARE_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    _before, after = map(int, done.stdout.split())
    assert after < 110, "megabytes, with the masking tables"
