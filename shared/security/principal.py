"""Who is asking, as the token says."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What an account is for. What each may do stands in the rules of the service that owns the thing."""

    COORDINATOR = "coordinator"
    """Koordinator (Diskominfotik): the whole province, nothing sealed."""
    LIAISON = "liaison"
    """Pejabat penghubung: works the complaints of the agencies the account is bound to."""
    LEADER = "leader"
    """Pimpinan: reads the complaints of the agencies the account is bound to."""
    INSPECTORATE = "inspectorate"
    """Inspektorat: reads everything, and is alone with what is sealed."""
    OPERATOR = "operator"
    """Runs the machines and sees no complaint."""


class Principal(BaseModel):
    """An officer, known by account id; the name stays in identity."""

    model_config = ConfigDict(frozen=True)

    account_id: UUID
    role: Role
    agencies: tuple[str, ...]
    """Keys of the directory, for example `NTB.DIKPORA`."""
    regions: tuple[str, ...] = ()
    """Kemendagri's dotted codes of regencies and cities, for example `52.03`; none: not bound to any."""
