"""A stand-in for an OpenID Connect provider such as Keycloak: strict, with faults that a test switches on."""

from shared.testing.oidc.provider import Fault, StandIn

__all__ = ["Fault", "StandIn"]
