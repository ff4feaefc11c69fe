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

CONVERSATIONS = Topic(
    name="conversations.v1",
    partitions=3,
    retention=timedelta(days=30),
    key="conversation id",
    access="internal: that somebody wrote to us is nobody else's matter",
    summary="What citizens wrote that is no complaint, and what they are told at once; none of their words.",
)

REGIONS: dict[str, str] = {
    "52": "Nusa Tenggara Barat",
    "52.01": "Lombok Barat",
    "52.02": "Lombok Tengah",
    "52.03": "Lombok Timur",
    "52.04": "Sumbawa",
    "52.05": "Dompu",
    "52.06": "Bima",
    "52.07": "Sumbawa Barat",
    "52.08": "Lombok Utara",
    "52.71": "Kota Mataram",
    "52.72": "Kota Bima",
}
"""The province, its regencies and its cities, by Kemendagri's dotted codes: each has a topic of its own."""


def region_topic(region: str) -> str:
    """Return the name of a region's topic; raises `ValueError` for a code that has none."""
    if region not in REGIONS:
        raise ValueError(f"no region {region} has a topic")
    return f"complaints.region.{region}"


REGION_TOPICS: dict[str, Topic] = {
    region: Topic(
        name=region_topic(region),
        partitions=1,
        retention=timedelta(days=30),
        key="complaint id",
        access=f"the government of {name} and the house; ACLs on Kafka keep all others out",
        summary=f"Verified complaints that concern {name}, without anything that names a person.",
    )
    for region, name in REGIONS.items()
}

TOPICS: tuple[Topic, ...] = (COMPLAINTS, CONVERSATIONS, *REGION_TOPICS.values())
