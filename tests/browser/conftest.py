"""The officers' page in a real browser: the house's own door on loopback, identity and mirror on a real database.

One browser for all tests of the run; each test has a fresh context. Without Debian's `chromium` they are skipped, with
the reason (CI has it, and fails on a skip).
"""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter
from playwright.async_api import Browser, Page, async_playwright

from gateway.app import create_app
from services.identity import app as identity
from services.identity import passwords
from services.identity.service import IdentityService
from services.lapor import endpoints
from services.lapor.desk.service import Desk
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.security import Role, SecuritySettings, authenticated, new_key_pair
from tests.services.lapor.conftest import (  # noqa: F401 - fixtures
    Server,
    _server,
    events,
    house,
    lapor,
    later,
    pool,
    settings,
    sql,
)
from tests.services.lapor.desk import DEFAULTS

PASSWORD = "kuda-putih-Rinjani"
_BROWSERS = ("chromium", "chromium-browser")
_ROOT = 0


@dataclass
class Officer:
    """The page as one officer has it."""

    page: Page
    base: str
    broken: list[str] = field(default_factory=list)
    """What the browser complained of, and where the page wanted to go outside of the house."""

    def watch(self) -> None:
        """Note what breaks from now on."""
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._follow)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.broken.append(message.text)

    def _follow(self, request: Any) -> None:
        if not request.url.startswith((self.base, "blob:", "data:")):
            self.broken.append(f"asked {request.url}")

    def require_whole(self) -> None:
        assert self.broken == []

    async def open(self) -> None:
        await self.page.goto(f"{self.base}/petugas/lapor")

    async def sign_in(self, username: str, code: str | None = None) -> None:
        await self.page.get_by_label("Nama pengguna").fill(username)
        await self.page.get_by_label("Kata sandi").fill(PASSWORD)
        if code is not None:
            await self.page.get_by_label("Kode dari aplikasi").locator("visible=true").fill(code)
        await self.page.get_by_role("button", name="Masuk", exact=True).click()

    def card(self, ticket: str) -> Any:
        return self.page.locator(f'[data-ticket="{ticket}"]')


Visit: TypeAlias = Callable[..., Awaitable[tuple[Any, Officer]]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip("no browser: apt-get install chromium")
    async with async_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == _ROOT else []
        opened = await playwright.chromium.launch(executable_path=found, args=sandbox)
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
def environment(database_urls, tmp_path_factory) -> Iterator[None]:
    keys = new_key_pair()
    values = {
        "NTBCARE_ENV_FILE": str(tmp_path_factory.mktemp("browser") / "no.env"),
        "NTBCARE_IDENTITY_DATABASE_URL": database_urls["identity"],
        "NTBCARE_IDENTITY_SIGNING_KEY": keys.signing_key,
        "NTBCARE_IDENTITY_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_IDENTITY_SIGN_INS_PER_MINUTE": "100000",
        "NTBCARE_IDENTITY_TOTP_REQUIRED": "operator",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "_NOBODY", passwords._hasher.hash(""))
        for name, value in values.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
async def accounts(environment, database_urls) -> AsyncIterator[None]:
    database = Database(database_urls["identity"], application="test")
    async with database.transaction() as tx:
        for username, role in (("rahmi", Role.COORDINATOR), ("anto", Role.OPERATOR), ("sri", Role.LIAISON)):
            bound = ("NTB.DIKPORA",) if role is Role.LIAISON else ()
            await IdentityService().add_officer(
                tx, username=username, password=PASSWORD, display_name=username.title(), role=role, agencies=bound
            )
    yield
    await database.close()


@pytest.fixture
async def visit(browser, accounts, database_urls, house) -> AsyncIterator[Visit]:  # noqa: F811
    """Make a process of the mirror, open its door, and sit an officer before it."""
    async with AsyncExitStack() as opened:

        async def make(**changes: Any) -> tuple[Any, Officer]:
            mirror = house(**changes)
            base = opened.enter_context(_door(mirror, database_urls["lapor"]))
            context = await browser.new_context(viewport={"width": 360, "height": 640}, locale="id-ID")
            opened.push_async_callback(context.close)
            await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
            context.set_default_timeout(7_000)
            officer = Officer(page=await context.new_page(), base=base)
            officer.watch()
            opened.callback(officer.require_whole)
            return mirror, officer

        yield make


@contextmanager
def _door(mirror: Any, database_url: str) -> Iterator[str]:
    """Serve identity and the desk as the ingress puts them together; attachments are a stand-in for intake's."""
    database = Database(database_url, application="browser")
    desk = Desk(mirror.service.policy, DEFAULTS)
    router = APIRouter()
    router.include_router(endpoints.lapor(desk, database, authenticated(SecuritySettings.load())))

    @router.get("/v1/attachments/{attachment_id}/link")
    async def link(attachment_id: str) -> dict[str, str]:
        return {"url": f"/v1/attachments/{attachment_id}?expires=1", "expires_at": "2026-08-04T01:00:00Z"}

    served = ServiceApp(name="lapor", router=router, own_bodies=endpoints.OWN_BODIES, close=database.close)
    with Server(create_app([identity.build(ServeOptions()), served])) as server:
        yield f"http://127.0.0.1:{server.port}"
