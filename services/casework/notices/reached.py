"""Who is there to be told, as identity knows them now."""

from collections.abc import Iterable, Sequence

from services.casework.notices import repository, rules
from services.casework.notices.rules import AUDIENCES, Audience, Person, Step
from shared.db import UnitOfWork


class Reached:
    """The people of every audience that some steps concern. Nothing of them is kept beyond the transaction."""

    def __init__(self, people: dict[Audience, list[Person]]) -> None:
        """Take the people by audience."""
        self._people = people

    def of(self, audience: Audience, step: Step) -> list[Person]:
        """Return everybody of an audience who may be told of a step, each once."""
        found = (person for person in self._people.get(audience, ()) if rules.reaches(audience, person, step))
        return list({person.account_id: person for person in found}.values())

    def audience(self, step: Step) -> Audience:
        """Return who is told of a step: the next audience where nobody of the first is there."""
        first = rules.to_whom(step)
        then = rules.then_whom(first)
        return first if then is None or self.of(first, step) else then


async def reached(tx: UnitOfWork, steps: Sequence[Step], audiences: Iterable[Audience] = AUDIENCES) -> Reached:
    """Ask identity for everybody whom these steps may concern."""
    agencies = {step.agency_key for step in steps if step.agency_key}
    regencies = {step.regency for step in steps if step.regency}
    return Reached({one: await repository.people(tx, one, agencies, regencies) for one in audiences})
