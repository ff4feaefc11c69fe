"""Puts the stand-in together: Graph's addresses, the faults around them, and the stand-in's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from shared.core.times import Clock, utc_now
from shared.testing.broken import BrokenAnswer
from shared.testing.graph.control import control
from shared.testing.graph.echoes import Echoes
from shared.testing.graph.errors import ERRORS, RefusalError
from shared.testing.graph.held import Account, Held, World
from shared.testing.graph.payloads import CommentBody, Fault, MessageBody, Strict, read
from shared.testing.graph.reading import reading
from shared.testing.graph.rules import caller, check_proof, take_comment, take_message

VERSION = "v26.0"
Take = Callable[[Account, Any], Held]


def create_graph_simulator(
    accounts: Sequence[Account],
    *,
    doors: Mapping[str, str] | None = None,
    anybody: bool = False,
    clock: Clock = utc_now,
) -> FastAPI:
    """Return the stand-in. `doors` get the echoes, by channel; the clock decides about the windows.

    `anybody`: whoever is written to counts as having just written, for those who try the house by hand. What it holds
    is at `app.state.world`, too.
    """
    world, echoes = World(list(accounts), clock, anybody=anybody), Echoes(doors or {})

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await echoes.close()

    app = FastAPI(title="Tiruan Graph API", openapi_url=None, lifespan=lifespan)
    app.state.world = world
    app.state.echoes = echoes
    app.include_router(control(world, echoes))
    app.include_router(reading(world, lambda account: _unmade(world.next_fault(account.id)), VERSION))

    @app.post(f"/{VERSION}/{{node}}/messages")
    async def messages(request: Request, node: str) -> Response:
        def take(account: Account, body: Any) -> Held:
            return take_message(world, account, node, body)

        return await _serve(request, world, echoes, MessageBody, take)

    @app.post(f"/{VERSION}/{{node}}/{{edge}}")
    async def comments(request: Request, node: str, edge: str) -> Response:
        def take(account: Account, body: Any) -> Held:
            return take_comment(world, account, node, edge, body)

        return await _serve(request, world, echoes, CommentBody, take)

    return app


async def _serve(request: Request, world: World, echoes: Echoes, model: type[Strict], take: Take) -> Response:
    world.calls += 1
    try:
        account = caller(world, request.headers.get("authorization", ""))
        fault = world.next_fault(account.id)
        await asyncio.sleep(fault.latency_s)
        unmade = _unmade(fault)
        if unmade is not None:
            return unmade
        body = read(model, await _document(request))
        check_proof(account, body.appsecret_proof)
        held = take(account, body)
    except RefusalError as refusal:
        return refusal.error.answer()
    world.messages.append(held)
    echoes.send(account, held)
    if fault.lose == "after":
        return BrokenAnswer()
    return JSONResponse({} if fault.vague else _receipt(held))


def _unmade(fault: Fault) -> Response | None:
    """Return the answer of a fault that takes nothing."""
    if fault.lose == "before":
        return BrokenAnswer()
    if fault.error is not None:
        return ERRORS[fault.error].answer(retry_after=fault.retry_after)
    if fault.status is not None:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return HTMLResponse("<h1>Sorry, something went wrong.</h1>", status_code=fault.status, headers=headers)
    return None


def _receipt(held: Held) -> dict[str, str]:
    return {"id": held.id} if held.surface == "public_reply" else {"recipient_id": held.to, "message_id": held.id}


async def _document(request: Request) -> Any:
    if request.url.query:  # nothing of ours belongs into an address
        raise RefusalError("bad_parameter")
    try:
        return await request.json()
    except ValueError:
        raise RefusalError("bad_parameter") from None
