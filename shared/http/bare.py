"""Routes that want nothing of the framework: what answers them reads the request byte for byte itself."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import Request, Response
from fastapi.routing import APIRoute


class BareRoute(APIRoute):
    """A route whose endpoint takes the bare request and returns the response; it is in the API's document like others.

    Where its path holds no parameter the gateway calls it with one look, before the framework's search for a route.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint as it is."""
        return cast("Callable[[Request], Coroutine[Any, Any, Response]]", self.endpoint)
