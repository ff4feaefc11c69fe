"""Casework's settings."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.casework.rules import VerificationPolicy
from shared.core.settings import Secret, Settings


class CaseworkSettings(Settings):
    """`NTBCARE_CASEWORK_…`; the database URL is `postgresql://ntbcare_casework:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_CASEWORK_")

    database_url: Secret
    verification: VerificationPolicy = "by_officer"
    """Who verifies: an officer alone, or also the house where routing was sure of its choice."""
    verification_confidence: Annotated[float, Field(gt=0, le=1)] = 0.8
    """How sure routing must have been for the policy `confident_routing`."""
