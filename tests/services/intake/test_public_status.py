"""What casework's facts do to the status that a citizen sees."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.intake.service import IntakeService
from shared.contents import AttachmentStore
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.db import Database
from shared.events import (
    Actor,
    AgencyRef,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    Place,
)
from shared.security.vault import VaultKeys
from tests.services.intake.provider import SETTINGS

AGENCY = AgencyRef(key="contoh", name="Dinas Contoh")
OFFICER = Actor(kind="officer", id="5f0c7e86-6f63-4a0e-9a54-1c1a3d6a0001")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def pool(database_urls):
    found = Database(database_urls["intake"], application="test")
    yield found
    await found.close()


@pytest.fixture
def service(tmp_path) -> IntakeService:
    key = SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]
    return IntakeService(
        vault=VaultKeys([key]), access_code_key=key, store=AttachmentStore.in_folder(tmp_path / "attachments")
    )


def assigned(complaint_id: UUID) -> ComplaintAssigned:
    return ComplaintAssigned(
        complaint_id=complaint_id,
        ticket="NTB-0000-00000",
        agency=AGENCY,
        affair=None,
        level="province",
        place=Place(),
        confidence=0.5,
        reasons=("contoh",),
        actor=OFFICER,
        sealed=False,
        assigned_at=NOON,
    )


def moved(complaint_id: UUID) -> ComplaintStatusChanged:
    return ComplaintStatusChanged(
        complaint_id=complaint_id,
        ticket="NTB-0000-00000",
        previous="in_progress",
        state="answered",
        actor=OFFICER,
        version=3,
        changed_at=NOON,
    )


def answered(complaint_id: UUID) -> ComplaintAnswered:
    return ComplaintAnswered(
        complaint_id=complaint_id,
        ticket="NTB-0000-00000",
        agency=AGENCY,
        text="Lampu sudah diganti.",
        actor=OFFICER,
        answered_at=NOON,
    )


async def test_agency_state_and_answer_reach_the_citizen_and_the_answer_only_with_the_code(http, sql, pool, service):
    told = {"json": {"text": "Lampu padam"}, "headers": {"Idempotency-Key": "key-status-1"}}
    receipt = (await http.post("/v1/complaints", **told)).json()
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", receipt["ticket"])
    async with pool.transaction() as tx:
        await service.project_assigned(tx, assigned(complaint_id))
        await service.project_answer(tx, answered(complaint_id), new_id())
        await service.project_status(tx, moved(complaint_id))
    kept = "SELECT agency_key FROM intake.complaint WHERE id = $1"
    assert await sql.fetchval(kept, complaint_id) == AGENCY.key
    public = (await http.get(receipt["status_url"])).json()
    assert (public["state"], public["state_words"], public["agency"]) == ("answered", "Sudah dijawab", None)
    assert (public["text"], public["answers"]) == (None, None)
    typed = receipt["access_code"].lower().replace("-", " ")
    own = (await http.get(receipt["status_url"], headers={"X-Access-Code": typed})).json()
    assert own["agency"] == "Dinas Contoh"
    assert (own["text"], own["answers"][0]["text"]) == ("Lampu padam", "Lampu sudah diganti.")


@pytest.mark.parametrize("said_since", [False, True])
async def test_what_was_unsealed_is_open_unless_more_was_said_meanwhile(said_since, http, sql, pool, service):
    told = {
        "json": {"text": "Ada pungli di kantor Contohsari"},
        "headers": {"Idempotency-Key": f"key-unsealed-{said_since}"},
    }
    receipt = (await http.post("/v1/complaints", **told)).json()
    code = {"headers": {"X-Access-Code": receipt["access_code"]}}
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", receipt["ticket"])
    ordered_at = datetime.now(UTC) + timedelta(seconds=-60 if said_since else 60)
    event = ComplaintUnsealed(
        complaint_id=complaint_id, ticket=receipt["ticket"], reason="Keliru.", actor=OFFICER, unsealed_at=ordered_at
    )
    async with pool.transaction() as tx:
        await service.project_assigned(tx, assigned(complaint_id))
    assert (await http.get(receipt["status_url"], **code)).json()["agency"] is None
    async with pool.transaction() as tx:
        await service.unseal(tx, event)
    agency = (await http.get(receipt["status_url"], **code)).json()["agency"]
    assert agency == (None if said_since else AGENCY.name)


@pytest.mark.parametrize("fact", [assigned, moved, answered])
async def test_a_fact_about_a_complaint_that_intake_does_not_know_is_parked_and_not_dropped(fact, pool, service):
    event = fact(new_id())
    with pytest.raises(RejectError):
        async with pool.transaction() as tx:
            if isinstance(event, ComplaintAssigned):
                await service.project_assigned(tx, event)
            elif isinstance(event, ComplaintStatusChanged):
                await service.project_status(tx, event)
            else:
                await service.project_answer(tx, event, new_id())
