"""Bare routes with a fixed path are answered with one look; the framework's way to a route costs more than a door."""

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.bare import BareRoute


class Direct:
    """Pure ASGI. An endpoint that raises is left to whoever stands before this."""

    def __init__(self, app: ASGIApp, routes: Iterable[BareRoute]) -> None:
        """Wrap the application; `routes` are served before it."""
        self.app = app
        self._routes = {(method, route.path): route for route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        scope["path_params"] = {}
        response = await route.get_route_handler()(Request(scope, receive, send))
        await response(scope, receive, send)


def direct_routes(app: FastAPI) -> list[BareRoute]:
    """Return the application's bare routes with a fixed path."""
    found = [(context.path, context.original_route) for context in iter_route_contexts(app.routes)]
    bare = [(path, route) for path, route in found if isinstance(route, BareRoute)]
    return [route for path, route in bare if path == route.path and not route.param_convertors]
