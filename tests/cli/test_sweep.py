"""`ntbcare intake sweep`: contents whose time is over go, and so do those that no attachment names."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.services.intake.media.rows import attachment, complaint, state
from tests.services.intake.provider import SETTINGS

_TWO_DAYS = 2 * 24 * 3600


@pytest.fixture
def store(settings: pytest.MonkeyPatch, tmp_path: Path, database_urls) -> Path:
    for name, value in SETTINGS.items():
        settings.setenv(name, value)
    settings.setenv("NTBCARE_INTAKE_DATABASE_URL", database_urls["intake"])
    settings.setenv("NTBCARE_INTAKE_ATTACHMENTS", str(tmp_path / "store"))
    return tmp_path / "store"


def write(store: Path, name: str, *, age: float = _TWO_DAYS) -> Path:
    path = store / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    written = time.time() - age
    os.utime(path, (written, written))
    return path


async def test_what_was_kept_long_enough_goes_and_what_nobody_names(run, store, sql):
    named, stale, orphan, newest = [write(store, letter * 64) for letter in "abc"] + [write(store, "d" * 64, age=60)]
    owner = await complaint(sql)
    stored: dict[str, Any] = {"state": "stored", "due_at": None, "size": 7}
    await attachment(sql, owner, sha256="a" * 64, **stored)
    over = await attachment(sql, owner, sha256="b" * 64, keep_until=await sql.fetchval("SELECT now()"), **stored)
    done = await run("intake", "sweep")
    assert done.exit_code == 0, done.output
    assert "1 attachments were kept long enough; 1 contents belonged to none." in done.output
    assert [path.exists() for path in (named, stale, orphan, newest)] == [True, False, False, True]
    assert (await state(sql, over))["state"] == "expired"


async def test_a_store_that_is_away_is_an_error_in_plain_words(run, store, settings):
    store.write_text("no folder")
    done = await run("intake", "sweep")
    assert done.exit_code == 1
    assert "The store of attachments does not let us in" in done.stderr
