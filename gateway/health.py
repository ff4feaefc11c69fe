"""For the operator: is it alive, is it ready, and its figures."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.problems import NOT_FOUND
from shared.core.errors import NotFoundError
from shared.core.service import Report, ServiceApp

_PATIENCE_S = 3
_LOOPBACK = ("127.0.0.1", "::1")
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What a proxy on the same machine adds to a stranger's request."""


def router(services: Sequence[ServiceApp], *, metrics_token: str | None) -> APIRouter:
    """Return `/health/live`, `/health/ready`, `/metrics`, and `/health/{service}` of each service that reports.

    The health addresses are open and say no more than the names of what is not ready, and of a service whether somebody
    must look. `/metrics` answers the bearer of the token, or, where none is set, a direct caller on the same machine;
    to anybody else it does not exist. The same callers get a service's whole report.
    """
    routes = APIRouter(tags=["operator"], include_in_schema=False)

    @routes.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @routes.get("/health/ready")
    async def ready() -> Response:
        checks = {
            f"{service.name}.{name}": check
            for service in services
            for name, check in {**service.checks, **service.worker_checks}.items()
        }
        results = await asyncio.gather(
            *(asyncio.wait_for(check(), _PATIENCE_S) for check in checks.values()), return_exceptions=True
        )
        failing = [name for name, result in zip(checks, results, strict=True) if isinstance(result, BaseException)]
        return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200)

    @routes.get("/metrics")
    async def figures(request: Request) -> Response:
        if not _may_read(request, metrics_token):
            raise NotFoundError(*NOT_FOUND)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for service in services:
        if service.report is not None:
            routes.add_api_route(f"/health/{service.name}", _reporting(service.report, metrics_token))
    return routes


def _reporting(report: Report, token: str | None) -> Callable[[Request], Awaitable[dict[str, Any]]]:
    async def told(request: Request) -> dict[str, Any]:
        document = await asyncio.wait_for(report(), _PATIENCE_S)
        return dict(document) if _may_read(request, token) else {"status": document["status"]}

    return told


def _may_read(request: Request, token: str | None) -> bool:
    if token is not None:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    direct = not any(name in request.headers for name in _PROXIED)
    return direct and request.client is not None and request.client.host in _LOOPBACK
