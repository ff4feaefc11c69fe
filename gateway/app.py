"""Build the application of one process: the routers of its services, behind one set of manners."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from gateway import health, problems
from gateway.describing import describe
from gateway.direct import Direct, direct_routes
from gateway.middleware import Manners
from shared.core.service import ServiceApp


def create_app(services: Sequence[ServiceApp], *, metrics_token: str | None = None) -> FastAPI:
    """Build the application; its services' pools are closed when it stops. Workers are run by whoever runs it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for service in services:
            await service.close()

    app = FastAPI(
        title="NTB Care",
        version="1",
        description="One gateway for every complaint channel of Nusa Tenggara Barat.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages load their script from somebody else's server; /openapi.json stays
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for service in services:
        if service.router is not None:
            app.include_router(service.router)
    app.include_router(health.router(services, metrics_token=metrics_token))
    describe(app)
    app.add_middleware(Direct, routes=direct_routes(app))
    app.add_middleware(Manners, own_bodies=[path for service in services for path in service.own_bodies])
    return app
