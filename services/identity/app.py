"""Identity's composition root."""

from services.identity import endpoints
from services.identity.service import IdentityService
from services.identity.settings import IdentitySettings
from shared.core.service import ServeOptions, ServiceApp
from shared.core.settings import SettingsError
from shared.db import Database
from shared.http.limits import RateLimit
from shared.security import SecuritySettings, authenticated
from shared.security.keys import public_key_of, read_signing_key


def build(_options: ServeOptions) -> ServiceApp:
    """Build identity. Raises `SettingsError` when nobody would believe what its key signs."""
    settings, security = IdentitySettings.load(), SecuritySettings.load()
    key = read_signing_key(settings.signing_key.get_secret_value())
    if key.public_key() not in security.public_keys:
        raise SettingsError(
            "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY does not hold the public half of NTBCARE_IDENTITY_SIGNING_KEY, "
            f"which is {public_key_of(key)}."
        )
    database = Database(settings.database_url.get_secret_value(), application="identity")
    router = endpoints.sessions(
        IdentityService(), database, key, authenticated(security), RateLimit(settings.sign_ins_per_minute)
    )
    return ServiceApp(name="identity", router=router, checks={"database": database.ping}, close=database.close)
