"""Where the provider is. Without an issuer it is off."""

from typing import Self

from pydantic import model_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class OidcSettings(Settings):
    """`NTBCARE_IDENTITY_OIDC_…`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_IDENTITY_OIDC_")

    issuer: str = ""
    """As the provider writes it, for example https://sso.ntbprov.go.id/realms/ntb; empty: off."""
    client_id: str = ""
    client_secret: Secret | None = None
    redirect_url: str = ""
    """Our address as the officer's browser reaches it: https://…/v1/sessions/oidc/callback."""
    scopes: str = "openid profile email"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.issuer and not (self.client_id and self.client_secret and self.redirect_url):
            raise ValueError("with an issuer, client id, client secret and redirect url are needed too")
        if self.issuer and not self.issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("an issuer begins with https:// (OpenID Connect Discovery, section 3)")
        if "openid" not in self.scopes.split():
            raise ValueError("the scopes must name openid (OpenID Connect Core, section 3.1.2.1)")
        return self
