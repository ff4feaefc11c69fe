"""The agency takes it, does something about it, and answers (tindak lanjut)."""

from services.casework import matters, quality, repository
from services.casework.bodies import AnswerIn, FollowUpIn
from services.casework.evidence.service import evidence_of
from services.casework.moves import say_answered, say_verified
from services.casework.orders.order import Act, Order
from shared.core.ids import new_id
from shared.events import AgencyRef, ComplaintFollowedUp


async def take(act: Act) -> None:
    """Start working on it; whoever takes it says that it is a complaint."""
    verified_at = act.row.verified_at or act.now
    await act.move(taken_by=act.principal.account_id, verified_at=verified_at, proposed_key=None, proposed_name=None)
    if act.row.verified_at is None:
        say_verified(act.tx, act.row, act.officer, act.row.version + 1, act.now)


async def follow_up(act: Act) -> None:
    """Write down what was done, with what proves it; the case stays in progress."""
    given: FollowUpIn = act.given
    agency, follow_up_id = AgencyRef(key=act.row.agency_key, name=act.row.agency_name), new_id()
    proofs = await evidence_of(act.tx, act.row.complaint_id, given.evidence)
    await repository.add_follow_up(
        act.tx,
        id=follow_up_id,
        complaint_id=act.row.complaint_id,
        agency_key=agency.key,
        agency_name=agency.name,
        action=given.action,
        text=given.text,
        evidence=[one.model_dump(mode="json") for one in proofs],
        done_by=act.principal.account_id,
        followed_up_at=act.now,
    )
    act.tx.publish(
        ComplaintFollowedUp(
            complaint_id=act.row.complaint_id,
            ticket=act.row.ticket,
            follow_up_id=follow_up_id,
            agency=agency,
            action=given.action,
            text=given.text,
            evidence=proofs,
            actor=act.officer,
            followed_up_at=act.now,
        ),
        time=act.now,
    )
    await act.move(followed_up_at=act.row.followed_up_at or act.now)


async def answer(act: Act) -> None:
    """Answer the citizen in the name of the agency, and those who reported the same thing."""
    given: AnswerIn = act.given
    row, text = act.row, given.text
    warnings = await quality.judge(act.tx, text, agency_key=row.agency_key, matter_id=row.matter_id, now=act.now)
    await repository.add_answer(
        act.tx,
        id=new_id(),
        complaint_id=row.complaint_id,
        agency_key=row.agency_key,
        agency_name=row.agency_name,
        text=text,
        answered_by=act.principal.account_id,
        answered_at=act.now,
        warnings=list(warnings),
        fingerprint=quality.fingerprint(text),
    )
    agency = AgencyRef(key=row.agency_key, name=row.agency_name)
    say_answered(act.tx, row, agency, text, act.officer, act.now, warnings=warnings)
    await act.move(answered_at=act.now, followed_up_at=row.followed_up_at or act.now)
    who = (act.officer, act.principal.account_id)
    await matters.answer_together(act.tx, row, text, *who, act.now, warnings=warnings)


ORDERS = (
    Order(move="take", summary="Accept it and start working on it", do=take),
    Order(
        move="follow_up",
        summary="Write down what the agency did, with evidence; the citizen may read it",
        do=follow_up,
        body=FollowUpIn,
    ),
    Order(move="answer", summary="Answer the citizen", do=answer, body=AnswerIn, with_companions=True),
)
