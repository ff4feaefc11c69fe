"""Who is asking: short signed tokens, issued by identity alone, checked everywhere with its public key."""

from shared.security.http import SignedIn, authenticated
from shared.security.keys import KeyPair, new_key_pair
from shared.security.principal import Kind, Principal, Role
from shared.security.settings import SecuritySettings

__all__ = ["KeyPair", "Kind", "Principal", "Role", "SecuritySettings", "SignedIn", "authenticated", "new_key_pair"]
