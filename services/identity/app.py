"""Identity's composition root."""

from services.identity import endpoints
from services.identity.codes.service import CodeService
from services.identity.issuing import Issuer
from services.identity.machines.service import MachineService
from services.identity.oidc.endpoints import Errand
from services.identity.oidc.provider import Provider
from services.identity.oidc.service import OidcService
from services.identity.oidc.settings import OidcSettings
from services.identity.proving import Prover
from services.identity.service import IdentityService
from services.identity.sessions.service import SessionService
from services.identity.settings import IdentitySettings
from shared.core.service import ServeOptions, ServiceApp
from shared.core.settings import SettingsError
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.http.client import AsyncClient, async_client
from shared.http.limits import RateLimit
from shared.security import SecuritySettings
from shared.security.keys import public_key_of, read_signing_key
from shared.security.vault import VaultKeys

_PATIENCE_S = 10.0
"""For each step of a question to the provider."""


def build(_options: ServeOptions, *, provider_http: AsyncClient | None = None, clock: Clock = utc_now) -> ServiceApp:
    """Build identity. Raises `SettingsError` when nobody would believe what its key signs.

    `provider_http`: how the OpenID Connect provider is reached; tests have one of their own.
    """
    settings, security, oidc_settings = IdentitySettings.load(), SecuritySettings.load(), OidcSettings.load()
    key = read_signing_key(settings.signing_key.get_secret_value())
    if key.public_key() not in security.public_keys:
        raise SettingsError(
            "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY does not hold the public half of NTBCARE_IDENTITY_SIGNING_KEY, "
            f"which is {public_key_of(key)}."
        )
    database = Database(settings.database_url.get_secret_value(), application="identity")
    http = provider_http or async_client(timeout=_PATIENCE_S)
    vault = VaultKeys([secret.get_secret_value() for secret in settings.vault_keys])
    prover = Prover(vault, clock)
    sessions = SessionService(prover, limits=settings.limits, code_roles=settings.code_roles, clock=clock)
    router = endpoints.identity(
        sessions=sessions,
        codes=CodeService(prover, sessions, clock),
        machines=MachineService(IdentityService(clock), clock),
        people=OidcService(sessions, clock),
        provider=Provider(oidc_settings, http, clock),
        errand=Errand(vault, clock),
        issuer=Issuer(key, settings.lifetime, clock),
        database=database,
        security=security,
        limit=RateLimit(settings.sign_ins_per_minute),
    )

    async def close() -> None:
        await http.aclose()
        await database.close()

    return ServiceApp(name="identity", router=router, checks={"database": database.ping}, close=close)
