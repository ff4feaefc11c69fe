"""What casework may ask of identity: who is to be told, and names; and no table."""

import asyncpg
import pytest

from services.identity.service import IdentityService
from shared.core.ids import new_id
from shared.security import Role

ACCOUNTS = [
    ("penghubung", Role.LIAISON, ("NTB.DIKPORA", "52.03.DINKES"), (), "penghubung@ntb.example"),
    ("tanpa-surel", Role.LIAISON, ("NTB.DIKPORA",), (), None),
    ("pensiun", Role.LIAISON, ("NTB.DIKPORA",), (), "pensiun@ntb.example"),
    ("kadis", Role.LEADER, ("NTB.DIKPORA",), (), "kadis@ntb.example"),
    ("bupati", Role.LEADER, (), ("52.03",), "bupati@ntb.example"),
    ("provinsi", Role.COORDINATOR, (), (), "provinsi@ntb.example"),
    ("lotim", Role.COORDINATOR, (), ("52.03",), "lotim@ntb.example"),
    ("bima", Role.COORDINATOR, (), ("52.06",), "bima@ntb.example"),
]


@pytest.fixture(scope="module")
async def people(pool):
    ids = {}
    for username, role, agencies, regions, email in ACCOUNTS:
        async with pool.transaction() as tx:
            ids[username] = await IdentityService().add_officer(
                tx,
                username=username,
                password="kuda-putih-Rinjani",
                display_name=username.title(),
                role=role,
                agencies=agencies,
                regions=regions,
                email=email,
            )
    async with pool.transaction() as tx:
        await IdentityService().disable_officer(tx, "pensiun")
    return ids


@pytest.fixture(scope="module")
async def casework(database_urls):
    connection = await asyncpg.connect(database_urls["casework"])
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("liaison", [("penghubung", "NTB.DIKPORA", None)]),
        ("leader", [("kadis", "NTB.DIKPORA", None), ("bupati", None, "52.03")]),
        ("coordinator", [("provinsi", None, None), ("lotim", None, "52.03")]),
        ("inspectorate", []),
    ],
)
async def test_casework_learns_whom_to_tell_and_by_what_they_are_bound(people, casework, role, told):
    rows = await casework.fetch("SELECT * FROM identity.people_to_tell($1, $2, $3)", ["NTB.DIKPORA"], ["52.03"], role)
    names = {account_id: name for name, account_id in people.items()}
    assert [(names[row["id"]], row["agency_key"], row["region_code"]) for row in rows] == told
    assert all(row["email"] == f"{names[row['id']]}@ntb.example" and row["role"] == role for row in rows)


async def test_casework_learns_names_also_of_who_left(people, casework):
    wanted = [people["pensiun"], people["kadis"], new_id()]
    rows = await casework.fetch("SELECT * FROM identity.names_of($1)", wanted)
    assert {row["id"]: row["display_name"] for row in rows} == {wanted[0]: "Pensiun", wanted[1]: "Kadis"}


@pytest.mark.parametrize("statement", ["SELECT * FROM identity.account", "SELECT * FROM identity.event_log"])
async def test_casework_sees_no_table_of_identitys(casework, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await casework.execute(statement)


@pytest.mark.parametrize("service", ["intake", "routing", "replies", "operator", "lapor"])
async def test_nobody_else_may_ask(database_urls, service):
    connection = await asyncpg.connect(database_urls[service])
    for call in ("people_to_tell('{}', '{}', 'liaison')", "names_of('{}')"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM identity.{call}")
    await connection.close()
