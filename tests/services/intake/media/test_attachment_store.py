"""A content is kept under its hash, in a folder or in S3, and never half."""

import resource
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.intake.settings import IntakeSettings
from shared.contents import AttachmentStore, StoreUnavailableError
from tests.services.intake.media.s3 import bucket

NAME = "ab" + "0" * 62
SECRETS = {"vault_keys": "5f2d0c1b7e9a48d6b3c4f1e2a7d8c9b0", "access_code_key": "0b9c8d7a2e1f4c3b6d84a9e7b1c0d2f5"}


def settings(**values: str) -> IntakeSettings:
    given = {"database_url": "postgresql://intake@127.0.0.1:1/none", **SECRETS, **values}
    return IntakeSettings.model_validate(given)


async def read(store: AttachmentStore, name: str = NAME) -> bytes | None:
    pieces = await store.read(name)
    return None if pieces is None else b"".join([piece async for piece in pieces])


async def names(store: AttachmentStore, moment: datetime) -> list[str]:
    return [name async for page in store.older_than(moment) for name in page]


async def exercise(store: AttachmentStore) -> None:
    assert await read(store) is None
    await store.keep({NAME: b"a photo"})
    await store.keep({NAME: b"a photo"})
    assert await read(store) == b"a photo"
    assert await names(store, datetime(2100, 1, 1, tzinfo=UTC)) == [NAME]
    assert await names(store, datetime(2020, 1, 1, tzinfo=UTC)) == []
    await store.forget(NAME)
    await store.forget(NAME)
    assert await read(store) is None


async def test_a_folder_keeps_contents(tmp_path):
    await exercise(AttachmentStore.of(settings(attachments=str(tmp_path / "store"))))
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700


async def test_s3_keeps_contents_below_its_prefix():
    with bucket() as made:
        store = AttachmentStore.of(
            settings(
                attachments="s3://evidence/ntb/care",
                attachments_endpoint=made.url,
                attachments_access_key="ntbcare",
                attachments_secret_key="3c6e0b8a9c15224a8228b9a98ca1531d",
            )
        )
        await store.keep({NAME: b"a photo"})
        assert made.objects == {f"/evidence/ntb/care/ab/{NAME}": b"a photo"}
        await store.forget(NAME)
        await exercise(store)
        assert made.credentials == {"AWS4-HMAC-SHA256 Credential=ntbcare"}


async def test_an_s3_that_is_away_or_refuses_us_is_unavailable():
    with bucket() as made:
        store = AttachmentStore.of(
            settings(
                attachments="s3://evidence",
                attachments_endpoint=made.url,
                attachments_access_key="ntbcare",
                attachments_secret_key="3c6e0b8a9c15224a8228b9a98ca1531d",
            )
        )
        made.status = 403
        for work in (store.keep({NAME: b"x"}), store.read(NAME), store.forget(NAME)):
            with pytest.raises(StoreUnavailableError):
                await work


def test_the_stores_secret_is_in_no_text():
    secret = "3c6e0b8a9c15224a8228b9a98ca1531d"
    assert secret not in repr(settings(attachments_secret_key=secret))


async def test_room_is_left_for_the_database(tmp_path):
    store = AttachmentStore.in_folder(tmp_path / "store", spare=2**62)
    with pytest.raises(StoreUnavailableError, match="DiskFull"):
        await store.keep({NAME: b"x"})
    assert await read(store) is None


FULL = """
import asyncio, os, pathlib, resource, signal, sys
from shared.contents import AttachmentStore, StoreUnavailableError

async def main():
    store = AttachmentStore.in_folder(pathlib.Path(sys.argv[1]), spare=0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        await store.keep({"ab" + "0" * 62: bytes(100_000)})
    except StoreUnavailableError:
        print("unavailable")
    print(await store.read("ab" + "0" * 62))

asyncio.run(main())
sys.stdout.flush()
os._exit(0)  # obstore's threads may still let go of a future, and abort a Python that takes itself down beneath them
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit that the kernel keeps")
def test_a_write_that_the_system_breaks_off_leaves_no_half_content(tmp_path):
    """A file-size limit fails in mid-write as a full disk does."""
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    )
    assert run.stdout.split() == ["unavailable", "None"]
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []
