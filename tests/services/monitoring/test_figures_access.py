"""Role and address: allowed or refused, and of whose complaints. This table is the specification."""

import pytest

from shared.security import Role
from tests.services.monitoring.facts import answered, assigned, received

PLACES: dict[str | None, str] = {
    "NTB.DIKPORA": "52.71",
    "NTB.DINKES": "52.03",
    "52.03.PUPR": "52.03",
    "52.03.DINKES": "52.71",
    "52.71.PUPR": "52.71",
    None: "52.03",
}
"""Whose complaint it is, and where it happened: one each, and five of the same for observers."""
ALL = set(PLACES)
MATARAM: set[str | None] = {"NTB.DIKPORA", "52.03.DINKES", "52.71.PUPR"}
EAST_LOMBOK: set[str | None] = {"NTB.DINKES", "52.03.PUPR", "52.03.DINKES", None}
"""What happened there, and what agencies of it have elsewhere."""

# Who asks, bound to what → whose complaints are counted; None: refused
TABLE: dict[tuple[Role, tuple[str, ...], tuple[str, ...]], set[str | None] | None] = {
    (Role.COORDINATOR, (), ()): ALL,
    (Role.COORDINATOR, (), ("52.03",)): EAST_LOMBOK,
    (Role.COORDINATOR, ("NTB.DIKPORA",), ("52.03",)): EAST_LOMBOK | {"NTB.DIKPORA"},
    (Role.COORDINATOR, (), ("52.03", "52.71")): ALL,
    (Role.LEADER, ("NTB.DIKPORA",), ()): {"NTB.DIKPORA"},
    (Role.LEADER, (), ("52.71",)): MATARAM,
    (Role.LEADER, ("NTB.DINKES",), ("52.71",)): MATARAM | {"NTB.DINKES"},
    (Role.LEADER, (), ()): set(),
    (Role.INSPECTORATE, (), ()): ALL | {"sealed"},
    (Role.INSPECTORATE, (), ("52.03",)): EAST_LOMBOK,
    (Role.OBSERVER, (), ()): ALL,
    (Role.OBSERVER, (), ("52.03",)): EAST_LOMBOK,
    (Role.LIAISON, ("NTB.DIKPORA",), ("52.03",)): None,
    (Role.OPERATOR, (), ()): None,
}


def test_the_table_has_every_role():
    assert {role for role, *_ in TABLE} == set(Role)


@pytest.fixture(scope="module")
async def lived(sql, deliver):
    await sql.execute("TRUNCATE monitoring.complaint, monitoring.answer, monitoring.past, monitoring.inbox CASCADE")
    for agency, regency in PLACES.items():
        for _ in range(5):
            new = received(place={"given": {"region_code": regency}})
            await deliver(new, *([assigned(new, agency)] if agency else []), answered(new, agency=agency))
    sealed = received(sealed=True, place={"given": {"region_code": "52.03"}})
    await deliver(sealed, assigned(sealed, "NTB.INSPEKTORAT", sealed=True), answered(sealed, agency="NTB.INSPEKTORAT"))


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("path", ["follow-up", "answers"])
@pytest.mark.parametrize(("role", "agencies", "regions"), list(TABLE))
async def test_who_sees_the_figures_of_whose_complaints(ask, path, role, agencies, regions):
    wanted = TABLE[role, agencies, regions]
    answer = await ask(path, role=role, agencies=agencies, regions=regions)
    if wanted is None:
        assert (answer.status_code, answer.json()["code"]) == (403, "no_figures")
        return
    told, count = answer.json(), "received" if path == "follow-up" else "answers"
    buckets = {one["key"]: one[count] for one in told["buckets"]}
    assert buckets == {key or "none": 1 if key == "sealed" else 5 for key in wanted}
    assert told["total"][count] == sum(buckets.values())


@pytest.mark.parametrize("path", ["follow-up", "answers"])
async def test_nothing_is_open_without_a_token(http, path):
    answer = await http.get(f"/v1/figures/{path}", params={"from": "2026-03-01", "to": "2026-03-31"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_an_observer_may_not_ask_so_that_one_complaint_could_be_told_apart(ask):
    assert (await ask(role=Role.OBSERVER, to="2026-03-30")).json()["code"] == "bad_period"
    assert (await ask("answers", role=Role.OBSERVER, to="2026-03-30")).json()["code"] == "bad_period"
    assert (await ask(role=Role.OBSERVER, agency="NTB.DIKPORA", channel="sms")).json()["code"] == "too_many_filters"
