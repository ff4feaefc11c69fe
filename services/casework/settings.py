"""Casework's settings."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from services.casework.rules import Policy, Thresholds, VerificationPolicy
from shared.core.settings import Secret, SecretsIfAny, Settings
from shared.directory import affairs

Share = Annotated[float, Field(ge=0, le=1)]


def _object(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('write a JSON object of affair and share, for example {"kesehatan": 0.7}') from None


def _known(by_affair: Mapping[str, float]) -> Mapping[str, float]:
    if unknown := sorted(by_affair.keys() - affairs().keys()):
        raise ValueError(f"the directory has no affair {', '.join(unknown)}; shared/directory/data/affairs.csv has all")
    return by_affair


class CaseworkSettings(Settings):
    """`NTBCARE_CASEWORK_…`; the database URL is `postgresql://ntbcare_casework:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_CASEWORK_")

    database_url: Secret
    verification: VerificationPolicy = "by_officer"
    """Who verifies: an officer alone, or also the house where routing was sure of its choice."""
    verification_confidence: Annotated[float, Field(gt=0, le=1)] = 0.8
    """How sure routing must have been for the policy `confident_routing`."""
    assign_confidence: Share = 0.5
    """How sure routing must be for its choice to be followed; below, an officer chooses."""
    assign_confidence_by_affair: Annotated[
        Mapping[str, Share], NoDecode, BeforeValidator(_object), AfterValidator(_known)
    ] = Field(default={})
    """The same for single affairs, as a JSON object of affair and share."""

    vault_keys: SecretsIfAny = ()
    """Open the vault for officers: the same values as NTBCARE_INTAKE_VAULT_KEYS. Without them nobody is shown."""

    @property
    def policy(self) -> Policy:
        """How far routing is followed."""
        return Policy(
            thresholds=Thresholds(default=self.assign_confidence, by_affair=self.assign_confidence_by_affair),
            verification=self.verification,
            confident=self.verification_confidence,
        )
