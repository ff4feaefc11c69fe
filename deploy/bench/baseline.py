"""The same server and the same gateway around a route that only reads the body, checks Meta's signature and parses it.

Run as `python -m deploy.bench.baseline PORT`, with the settings of an intake process.
"""

import json
import sys

from fastapi import APIRouter, Request, Response

from channel_adapters._meta.answers import RECEIVED
from channel_adapters.facebook.authenticate import authenticate
from channel_adapters.facebook.settings import FacebookSettings
from deploy.bench.webhooks import PATH
from deploy.cli.serve import serve_app
from gateway.app import create_app
from services.intake.inbound import read_inbound
from shared.channels import Door
from shared.core.service import ServiceApp
from shared.telemetry.logs import configure_logs

_DOOR = Door(method="POST", path=PATH, summary="The same door, with nothing behind it", max_body=4 * 1024 * 1024)


def build() -> ServiceApp:
    """Build the bare route; raises `SettingsError`."""
    settings = FacebookSettings.load()
    router = APIRouter()

    @router.post(PATH)
    async def bare(request: Request) -> Response:
        inbound = await read_inbound(request, _DOOR)
        authenticate(inbound, settings)
        json.loads(inbound.body)
        return Response(RECEIVED.body, RECEIVED.status, media_type=RECEIVED.content_type)

    return ServiceApp(name="baseline", router=router, own_bodies=[PATH], close=_nothing)


async def _nothing() -> None:
    pass


if __name__ == "__main__":
    configure_logs("baseline")
    service = build()
    sys.exit(0 if serve_app(create_app([service]), [service], host="127.0.0.1", port=int(sys.argv[1])) else 1)
