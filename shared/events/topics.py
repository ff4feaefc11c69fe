"""Every topic in one table: who owns it, how it is keyed, how long it lives."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A Kafka topic. `name` is without the installation's prefix."""

    name: str
    partitions: int
    retention: timedelta
    key: str
    access: str
    summary: str


COMPLAINTS = Topic(
    name="complaints.v1",
    partitions=6,
    retention=timedelta(days=30),
    key="complaint id",
    access="internal: it holds citizens' own words; regencies get topics of their own",
    summary="All events of every complaint, in order per complaint.",
)

TOPICS: tuple[Topic, ...] = (COMPLAINTS,)
