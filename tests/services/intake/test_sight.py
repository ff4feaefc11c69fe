"""A case and its photos are seen by the same officers."""

from itertools import product

from services.casework import rules
from services.intake.sight import sees
from shared.core.ids import new_id
from shared.security import Principal, Role

BOUND = ((), ("NTB.PUPR",), ("52.03.PUPR",))
REGIONS = ((), ("52.03",), ("52.03", "52.71"))
PLACES = (None, "52", "52.03", "52.01")
AGENCIES = (None, "NTB.PUPR", "NTB.DIKPORA", "52.03.PUPR", "52.01.DLH")


def test_intake_shows_attachments_to_exactly_those_who_see_the_case():
    for role, agencies, regions in product(Role, BOUND, REGIONS):
        principal = Principal(account_id=new_id(), role=role, agencies=agencies, regions=regions)
        scope = rules.scope(principal)
        for agency_key, regency, sealed in product(AGENCIES, PLACES, (False, True)):
            shown = scope is not None and scope.covers(agency_key, sealed=sealed, regency=regency)
            seen = sees(principal, agency_key=agency_key, regency=regency, sealed=sealed)
            assert seen == shown, (role, agencies, regions, agency_key, regency, sealed)
