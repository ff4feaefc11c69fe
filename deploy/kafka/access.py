"""Who may do what on Kafka: one table beside the topics. `ntbcare events access apply` makes it so on the brokers.

Only the relay writes. A service reads the complaints' topic, with a group of its own name, and another one where it
must. A region's government reads its
own topic and no other. Whoever administrates is the brokers' super user and stands in no row. A user's name and a
group's, like a topic's, begin with the installation's prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.events import COMPLAINTS, CONVERSATIONS, REGION_TOPICS, TOPICS, Topic

READERS = ("casework", "intake", "lapor", "monitoring", "regencies", "replies", "routing")
"""The services that follow complaints; each one's group has its name."""
ALSO: dict[str, tuple[Topic, ...]] = {"replies": (CONVERSATIONS,)}
"""What a service reads beside the complaints, in the same group."""
RELAY = "ntbcare-relay"
OPERATOR = "ntbcare-operator"
RECONCILE = "ntbcare-reconcile"
"""Reads events without a group, for `ntbcare reconcile`; operators themselves see no citizen's words."""
OURS = ("ntbcare-", "regency-")
"""What every user of an installation begins with, behind the prefix."""


class Kind(StrEnum):
    """What a rule is about."""

    TOPIC = "topic"
    GROUP = "group"


class Verb(StrEnum):
    """What a rule allows; on Kafka reading and writing include describing."""

    READ = "read"
    WRITE = "write"
    DESCRIBE = "describe"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One line of the table; `beginning` means every name that begins so."""

    user: str
    verb: Verb
    kind: Kind
    name: str
    beginning: bool = False


def service_user(service: str) -> str:
    """Return the Kafka user of a service."""
    return f"ntbcare-{service}"


def region_user(region: str) -> str:
    """Return the Kafka user of a region's government, by Kemendagri's dotted code."""
    return f"regency-{region}"


def users() -> tuple[str, ...]:
    """Return every user of the table, without the prefix."""
    return (RELAY, OPERATOR, RECONCILE, *map(service_user, READERS), *map(region_user, REGION_TOPICS))


def rules(prefix: str = "") -> tuple[Rule, ...]:
    """Return the whole table for an installation."""
    return tuple(
        Rule(f"{prefix}{rule.user}", rule.verb, rule.kind, f"{prefix}{rule.name}", rule.beginning) for rule in _rules()
    )


def _rules() -> Iterator[Rule]:
    for topic in TOPICS:
        yield Rule(RELAY, Verb.WRITE, Kind.TOPIC, topic.name)
        yield Rule(OPERATOR, Verb.DESCRIBE, Kind.TOPIC, topic.name)
    for topic in (COMPLAINTS, CONVERSATIONS):
        yield Rule(RECONCILE, Verb.READ, Kind.TOPIC, topic.name)
    for service in READERS:
        for topic in (COMPLAINTS, *ALSO.get(service, ())):
            yield Rule(service_user(service), Verb.READ, Kind.TOPIC, topic.name)
        yield Rule(service_user(service), Verb.READ, Kind.GROUP, service)
        yield Rule(OPERATOR, Verb.DESCRIBE, Kind.GROUP, service)
    for region, topic in REGION_TOPICS.items():
        user = region_user(region)
        yield Rule(user, Verb.READ, Kind.TOPIC, topic.name)
        yield Rule(user, Verb.READ, Kind.GROUP, user)
        # With a dash: what begins with `regency-52` would be the groups of every regency.
        yield Rule(user, Verb.READ, Kind.GROUP, f"{user}-", beginning=True)
        yield Rule(OPERATOR, Verb.DESCRIBE, Kind.GROUP, user, beginning=True)
