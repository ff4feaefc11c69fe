"""Identifiers. Inside the house every row and event has a UUIDv7, so that ids sort by the time they were made."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a fresh UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def random_id() -> UUID:
    """Return a fresh UUIDv4: 122 random bits of a cryptographic generator, which tell nobody when they were drawn."""
    return uuid_utils.compat.uuid4()
