"""Who is asking, as the token says."""

from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What an account is for. What each may do stands in the rules of the service that owns the thing."""

    COORDINATOR = "coordinator"
    """Koordinator (Diskominfotik): the whole province or, bound to a region, that region; nothing sealed."""
    LIAISON = "liaison"
    """Pejabat penghubung: works the complaints of the agencies the account is bound to."""
    LEADER = "leader"
    """Pimpinan: reads the complaints of the agencies and regions the account is bound to."""
    INSPECTORATE = "inspectorate"
    """Inspektorat: reads everything, and is alone with what is sealed."""
    OBSERVER = "observer"
    """Pemantau (civil society): public figures, and no complaint."""
    OPERATOR = "operator"
    """Runs the machines and sees no complaint."""


Kind: TypeAlias = Literal["officer", "service"]
"""A person, or a machine that signs in with a service token."""


class Principal(BaseModel):
    """An officer or a machine, known by account id; the name stays in identity."""

    model_config = ConfigDict(frozen=True)

    account_id: UUID
    role: Role
    agencies: tuple[str, ...]
    """Keys of the directory, for example `NTB.DIKPORA`."""
    regions: tuple[str, ...] = ()
    """Codes of regions, for example `52.03`; whoever is bound to one sees no other. Empty: none binds."""
    session_id: UUID | None = None
    """The sign-in that this is part of; a machine has none."""
    kind: Kind = "officer"

    @property
    def province_wide(self) -> bool:
        """Whether the whole province is theirs to administer: bound to no region (administrator koordinator)."""
        return self.role in {Role.COORDINATOR, Role.INSPECTORATE} and not self.regions
