"""The main story, through the real doors and the run's broker, until the citizen reads the answer."""

from deploy.demo.story import ANSWER, Player


async def test_a_message_from_each_channel_becomes_a_complaint_at_its_agency_and_is_answered(stack, books):
    story = await Player(stack, lambda _story: None, books).play()
    assert story.failures == []
    document = story.document()
    assert {one["channel"] for one in document["complaints"]} == {"facebook", "instagram", "sms", "mobile"}
    assert document["officer"]["citizen_reads"] == [ANSWER]
    assert document["ledger"]["duplicates"] == 3
    assert document["ledger"]["refused"] == 1
    queue = set(document["officer"]["queue"])
    assert queue
    agencies = {one["ticket"]: one["agency"]["name"] for one in document["complaints"]}
    assert {agencies[ticket] for ticket in queue} == {document["officer"]["agency"]}
    sealed = [one for one in document["complaints"] if one["sealed"]]
    assert [one["agency"]["key"] for one in sealed] == ["NTB.INSPEKTORAT"]
