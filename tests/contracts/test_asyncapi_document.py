"""docs/asyncapi.yaml is AsyncAPI 3.0 and tells the truth about topics, events and services."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

import services
from deploy.contracts.asyncapi import Document, document
from deploy.contracts.files import ASYNCAPI, ROOT
from deploy.contracts.services import UndeclaredConsumerError, received_by, sent_by
from shared.events import EVENTS, TOPICS, ComplaintAnswered, ComplaintReceived

from .records import EXAMPLES, formats

NewService = Callable[[str], None]


@pytest.fixture(scope="module")
def asyncapi() -> Document:
    found: Document = yaml.safe_load((ROOT / ASYNCAPI).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def new_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewService]:
    """Write a service's `consumers.py` into a folder of services of its own."""

    def write(consumers: str) -> None:
        folder = tmp_path / "probe"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "consumers.py").write_text(consumers)
        monkeypatch.setattr(services, "__path__", [str(tmp_path)])

    yield write
    for name in ("services.probe", "services.probe.consumers"):
        sys.modules.pop(name, None)


def follow(asyncapi: Document, reference: str) -> Any:
    found: Any = asyncapi
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for item in node for found in references(item)]
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for item in node.values() for found in references(item)]
    return []


def test_the_document_is_valid_by_the_official_schema_of_asyncapi(asyncapi: Document) -> None:
    official = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))
    found = [f"{error.json_path}: {error.message}" for error in Draft7Validator(official).iter_errors(asyncapi)]
    assert found == []


def test_the_official_schema_would_find_a_fault(asyncapi: Document) -> None:
    official = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))
    assert not Draft7Validator(official).is_valid({**asyncapi, "channels": {"complaints.v1": {"topic": "x"}}})


def test_every_reference_leads_somewhere_inside_the_document(asyncapi: Document) -> None:
    found = references(asyncapi)
    assert found
    assert all(reference.startswith("#/") and follow(asyncapi, reference) for reference in found)


def test_every_topic_is_a_channel_with_its_partitions_and_retention(asyncapi: Document) -> None:
    described: dict[str, Document] = {}
    for channel in asyncapi["channels"].values():
        regions = channel.get("parameters", {}).get("region", {}).get("enum", [""])
        described |= {channel["address"].replace("{region}", region): channel for region in regions}
    assert described.keys() == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        kafka = described[topic.name]["bindings"]["kafka"]
        assert kafka.get("topic", topic.name) == topic.name
        assert kafka["partitions"] == topic.partitions
        assert kafka["topicConfiguration"]["retention.ms"] == topic.retention.total_seconds() * 1000


def test_every_event_is_a_message_that_exactly_one_service_sends(asyncapi: Document) -> None:
    sent = [
        reference["$ref"].rpartition("/")[2]
        for operation in asyncapi["operations"].values()
        if operation["action"] == "send"
        for reference in operation["messages"]
    ]
    assert sorted(sent) == sorted(EVENTS) == sorted(asyncapi["components"]["messages"])


def test_the_examples_in_the_document_are_valid_by_the_schemas_in_the_document(asyncapi: Document) -> None:
    shown = []
    for message in asyncapi["components"]["messages"].values():
        for example in message["examples"]:
            for part in ("headers", "payload"):
                schema = {**asyncapi, **message[part]}
                errors = Draft7Validator(schema, format_checker=formats).iter_errors(example[part])
                assert [error.message for error in errors] == []
            shown.append(example["name"])
    assert shown == [example.name for example in EXAMPLES]


def test_the_document_names_no_host(asyncapi: Document) -> None:
    assert [server["host"] for server in asyncapi["servers"].values()] == ["{bootstrap}"]


def test_a_service_receives_what_its_consumers_declare(new_service: NewService) -> None:
    new_service("from shared.events import *\nCONSUMES = (ComplaintAnswered, ComplaintReceived)\n")
    assert received_by("probe") == (ComplaintReceived, ComplaintAnswered)
    operation = document(release=1, examples={name: [] for name in EVENTS})["operations"]["probe.receive.complaints.v1"]
    assert operation["action"] == "receive"
    assert [reference["$ref"].rpartition("/")[2] for reference in operation["messages"]] == [
        "complaint.received.v1",
        "complaint.answered.v1",
    ]


def test_a_service_with_consumers_must_say_of_what(new_service: NewService) -> None:
    new_service("CONSUMES = ['complaint.received.v1']\n")
    with pytest.raises(UndeclaredConsumerError, match=r"services/probe/consumers\.py must declare CONSUMES"):
        received_by("probe")


def test_a_service_without_consumers_receives_nothing_and_without_events_sends_nothing() -> None:
    assert received_by("relay") == sent_by("relay") == ()
