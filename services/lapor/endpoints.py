"""The mirror over HTTP: officers' desk, and the page for it."""

from fastapi import APIRouter

from services.lapor.desk.incoming_endpoints import IMPORT, incoming
from services.lapor.desk.mirror_endpoints import mirrors
from services.lapor.desk.service import Desk
from services.lapor.desk.work_endpoints import NUMBERS, work
from services.lapor.page.endpoints import page
from shared.db import Database
from shared.security import SignedIn

OWN_BODIES = (NUMBERS, IMPORT)
"""Addresses that take a list, and limit it themselves."""


def lapor(desk: Desk, database: Database, signed_in: SignedIn) -> APIRouter:
    """Put the parts together."""
    router = APIRouter()
    router.include_router(mirrors(desk, database, signed_in))
    router.include_router(work(desk, database, signed_in))
    router.include_router(incoming(desk, database, signed_in))
    router.include_router(page())
    return router
