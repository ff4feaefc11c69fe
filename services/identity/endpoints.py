"""Identity over HTTP: each part has its own folder."""

from fastapi import APIRouter

from services.identity.codes.endpoints import enrolling
from services.identity.codes.service import CodeService
from services.identity.issuing import Issuer
from services.identity.machines.service import MachineService
from services.identity.oidc.endpoints import Errand, oidc
from services.identity.oidc.provider import Provider
from services.identity.oidc.service import OidcService
from services.identity.sessions.endpoints import own_sessions, signing_in
from services.identity.sessions.service import SessionService
from shared.db import Database
from shared.http.limits import RateLimit
from shared.security import SecuritySettings, authenticated
from shared.security.tokens import AUDIENCE, ENROLMENT


def identity(
    *,
    sessions: SessionService,
    codes: CodeService,
    machines: MachineService,
    people: OidcService,
    provider: Provider,
    errand: Errand,
    issuer: Issuer,
    database: Database,
    security: SecuritySettings,
    limit: RateLimit,
) -> APIRouter:
    """Put the parts together; only enrolling takes a token for enrolling."""
    router = APIRouter()
    router.include_router(signing_in(sessions, machines, database, issuer, limit))
    router.include_router(oidc(people, provider, database, issuer, errand, limit))
    enrolled = authenticated(security, audiences=(AUDIENCE, ENROLMENT))
    router.include_router(enrolling(codes, database, enrolled, limit))
    router.include_router(own_sessions(sessions, database, authenticated(security), limit))
    return router
