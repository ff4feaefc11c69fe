"""Every cut adds up to the total, whatever was received, whatever is asked and whoever asks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring import repository, rules, service
from services.monitoring.complaint import Complaint
from services.monitoring.past import repository as past_repository
from services.monitoring.past.rules import Past
from services.monitoring.rules import CUTS, FILTERS, LEFT_OUT, NONE, Figures, Question, Scope
from shared.core.ids import new_id
from shared.directory.regions import regency_of

SEALED_KEEPS_NONE = dict.fromkeys(("kind", "affair", "agency", "regency"))
VALUES = {
    "agency": ("NTB.DIKPORA", "52.03.PUPR", "52.71.PUPR", None),
    "regency": ("52.03", "52.71", None),
    "channel": ("sms", "web"),
    "affair": ("kesehatan", None),
    "kind": ("pengaduan", "bukan_pengaduan", None),
}
BEGIN = datetime(2026, 2, 1, tzinfo=UTC)
moments = st.integers(0, 90 * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
cells = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(values) for name, values in VALUES.items()},
        "received_at": moments,
        "left_out": st.sampled_from([None, None, *LEFT_OUT]),
        **{f"{name}_at": st.none() | moments for name in ("verified", "assigned", "followed_up", "answered", "closed")},
        "clocks": st.dictionaries(
            st.sampled_from(["follow_up", "verify"]), st.sampled_from(["kept", "missed", "running"])
        ),
    }
)
lives = st.lists(st.tuples(cells, st.sampled_from(["live", "live", "sealed", "past"])), max_size=25)
filters = st.dictionaries(st.sampled_from(FILTERS), st.integers(0, 3), max_size=2).map(
    lambda some: {name: VALUES[name][number % len(VALUES[name])] or NONE for name, number in some.items()}
)
scopes = st.sampled_from(
    [
        Scope(),
        Scope(sealed=True),
        Scope(agencies=("NTB.DIKPORA",), regions=("52.03",)),
        Scope(agencies=(), regions=("52.71", "52.03"), sealed=True),
        Scope(agencies=()),
    ]
)


class _Undo(Exception):  # noqa: N818 - no error: it rolls back
    pass


def live(given: Mapping[str, object], *, sealed: bool) -> Complaint:
    return Complaint.model_validate(
        {"complaint_id": new_id(), "sealed": sealed, **given, **(SEALED_KEEPS_NONE if sealed else {})}
    )


def past(number: int, given: dict[str, object]) -> Past:
    done = given["followed_up_at"] is not None
    return Past(external_id=str(number), state="received", followed_up=done, **given)  # type: ignore[arg-type]


def seen(one: Complaint | Past, question: Question, seeing: Scope) -> bool:
    """Say whether somebody sees a complaint among those that they ask for: the same in plain words."""
    day = (one.received_at + timedelta(hours=8)).date()
    sealed = isinstance(one, Complaint) and one.sealed
    theirs = seeing.agencies is None or (
        one.agency in seeing.agencies or one.regency in seeing.regions or regency_of(one.agency or "") in seeing.regions
    )
    return (
        question.start <= day <= question.end
        and theirs
        and (not sealed or (seeing.sealed and not question.filters))
        and all((getattr(one, name) or NONE) == value for name, value in question.filters.items())
    )


def countable(figures: Figures) -> Counter[str]:
    """Return everything in figures that can be added up."""
    found = Counter({name: value for name, value in asdict(figures).items() if isinstance(value, int)})
    found.update({f"left out: {reason}": count for reason, count in figures.left_out.items()})
    for step, took in figures.steps.items():
        found.update({step: took.count, f"{step} in days": took.in_days})
    for clock, limit in figures.limits.items():
        found.update({f"{clock} {outcome}": count for outcome, count in asdict(limit).items()})
    return +found


@pytest.mark.usefixtures("empty")
@settings(max_examples=15, database=None, deadline=None)
@given(lives=lives, by=st.sampled_from(CUTS), filters=filters, seeing=scopes, days=st.integers(0, 90))
async def test_every_cut_adds_up_to_the_total(lives, by, filters, seeing, days, pool):
    question = Question(start=date(2026, 2, 10), end=date(2026, 2, 10) + timedelta(days=days), by=by, filters=filters)
    complaints = [live(cells, sealed=how == "sealed") for cells, how in lives if how != "past"]
    pasts = [past(number, cells) for number, (cells, how) in enumerate(lives) if how == "past"]
    with pytest.raises(_Undo):
        async with pool.transaction() as tx:
            repository.open_all(tx, complaints)
            past_repository.add(tx, "past", pasts, BEGIN)
            await tx.flush()
            answered = await service.follow_up(tx, question, seeing)
            raise _Undo
    total, buckets = answered.total, answered.buckets
    assert sum(map(countable, buckets.values()), Counter()) == countable(total)
    everything: list[Complaint | Past] = [*complaints, *pasts]
    wanted = [one for one in everything if seen(one, question, seeing)]
    assert (total.received, total.followed_up) == (len(wanted), sum(one.followed_up_at is not None for one in wanted))
    assert total.complaints == sum(one.left_out is None for one in wanted)
    assert rules.SEALED not in buckets or seeing.sealed
