"""The declared table of who may do what on Kafka, without a broker."""

import pytest

from deploy.contracts.services import received_by, service_names
from deploy.kafka.access import READERS, region_user, rules
from shared.events import COMPLAINTS, CONVERSATIONS, EVENTS, REGION_TOPICS

READS = ("read", "topic")


@pytest.mark.parametrize("service", [name for name in service_names() if received_by(name)])
def test_every_service_that_consumes_may(service):
    assert service in READERS


@pytest.mark.parametrize("service", READERS)
def test_a_service_reads_the_topics_of_what_it_consumes_and_no_more(service):
    ours = {rule.name for rule in rules() if rule.user == f"ntbcare-{service}" and (rule.verb, rule.kind) == READS}
    assert ours == {COMPLAINTS.name} | {topic for event in received_by(service) for topic in event.topics}


def test_what_is_no_complaint_is_read_by_replies_and_by_who_counts_after_them():
    readers = {rule.user for rule in rules() if rule.name == CONVERSATIONS.name and rule.verb == "read"}
    assert readers == {"ntbcare-replies", "ntbcare-reconcile"}
    assert [name for name, event in EVENTS.items() if CONVERSATIONS.name in event.topics]


def test_nobody_but_the_relay_writes_and_no_region_reads_the_houses_topic():
    assert {rule.user for rule in rules() if rule.verb == "write"} == {"ntbcare-relay"}
    of_regions = {
        (rule.user, rule.name) for rule in rules() if rule.user.startswith("regency-") and rule.kind == "topic"
    }
    assert of_regions == {(region_user(region), topic.name) for region, topic in REGION_TOPICS.items()}


def test_two_installations_on_one_broker_share_no_user_no_topic_and_no_group():
    one, other = rules("a."), rules("b.")
    assert not {rule.user for rule in one} & {rule.user for rule in other}
    assert not {rule.name for rule in one} & {rule.name for rule in other}


def test_no_rule_for_every_beginning_reaches_another_regions_groups():
    beginnings = [rule for rule in rules() if rule.beginning and rule.verb == "read"]
    groups = {(rule.user, rule.name) for rule in rules() if rule.kind == "group" and rule.verb == "read"}
    assert beginnings
    assert not [
        (rule, name) for rule in beginnings for user, name in groups if user != rule.user and name.startswith(rule.name)
    ]
