"""The stand-in's own addresses, under `/_simulator`: what it took, who wrote, how it misbehaves."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, status
from fastapi.responses import HTMLResponse

from shared.testing.graph.echoes import Echoes
from shared.testing.graph.errors import ERRORS
from shared.testing.graph.held import Held, World
from shared.testing.graph.payloads import Commented, Fault, Says, Webhooks, WroteAt
from shared.testing.graph.said import Said
from shared.testing.page import page

_COLUMNS = ("Waktu", "Akun", "Jenis", "Kepada", "Isi", "Tag", "Metadata")
_MOST_SHOWN = 200
_SURFACES = {"message": "pesan", "private_reply": "balasan pribadi", "public_reply": "balasan umum"}


def control(world: World, echoes: Echoes) -> APIRouter:
    """Return the addresses; they ask nobody who they are, so serve them on loopback only."""
    router = APIRouter(prefix="/_simulator")
    router.include_router(_faults(world))
    router.include_router(_said(world, echoes))

    @router.get("/messages")
    async def show_messages() -> dict[str, Any]:
        return {"calls": world.calls, "messages": [asdict(one) for one in world.messages]}

    @router.delete("/messages", status_code=status.HTTP_204_NO_CONTENT)
    async def forget() -> None:
        world.forget()

    @router.post("/people", status_code=status.HTTP_204_NO_CONTENT)
    async def tell_people(people: list[WroteAt]) -> None:
        for one in people:
            world.tell_written(one)

    @router.post("/comments", status_code=status.HTTP_204_NO_CONTENT)
    async def tell_comments(comments: list[Commented]) -> None:
        for one in comments:
            world.tell_commented(one)

    @router.get("/", response_class=HTMLResponse)
    async def show() -> HTMLResponse:
        return _page(world)

    return router


def _said(world: World, echoes: Echoes) -> APIRouter:
    """Let people write, and webhooks get lost."""
    router = APIRouter()

    @router.post("/said", status_code=status.HTTP_204_NO_CONTENT)
    async def tell_said(said: list[Says]) -> None:
        for one in said:
            say(world, echoes, Said(**{**one.model_dump(), "at": one.at or world.clock()}))

    @router.put("/webhooks", status_code=status.HTTP_204_NO_CONTENT)
    async def set_webhooks(webhooks: Webhooks) -> None:
        world.memory.lose_every = webhooks.lose_every

    return router


def say(world: World, echoes: Echoes, one: Said) -> None:
    """Let somebody write: Graph remembers it, and its webhook goes out unless it gets lost."""
    account = world.accounts[one.account]
    is_own = one.kind == "media" or one.person == one.account
    if not is_own and world.memory.say(one):
        echoes.tell(account, one)
    elif is_own:
        world.memory.said[one.id] = one


def _faults(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/errors")
    async def show_errors() -> dict[str, Any]:
        return {name: asdict(error) for name, error in ERRORS.items()}

    @router.get("/faults")
    async def show_faults() -> list[Fault]:
        return world.faults

    @router.put("/faults", status_code=status.HTTP_204_NO_CONTENT)
    async def set_faults(faults: list[Fault]) -> None:
        world.faults = faults

    return router


def _page(world: World) -> HTMLResponse:
    newest = list(world.messages)[: -_MOST_SHOWN - 1 : -1]
    summary = (
        f"{len(world.messages)} pesan diterima dari {world.calls} panggilan. Waktu dalam UTC. "
        "Ini bukan Meta yang sebenarnya."
    )
    return page("Tiruan Graph API", summary, _COLUMNS, map(_row, newest))


def _row(one: Held) -> tuple[str, ...]:
    head = (f"{one.taken_at:%H:%M:%S}", f"{one.channel} {one.account}", _SURFACES[one.surface], one.to)
    return (*head, one.text, one.tag or "—", one.metadata or "—")
