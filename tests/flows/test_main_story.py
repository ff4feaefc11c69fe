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
    by_ticket = {one["ticket"]: one for one in document["complaints"]}
    answered = [by_ticket[ticket] for ticket in document["officer"]["answered"]]
    assert {one["channel"] for one in answered} == {"facebook", "instagram", "sms", "mobile"}
    queue = {by_ticket[ticket]["agency"]["key"] for ticket in document["officer"]["queue"]}
    assert queue == {one["agency"]["key"] for one in answered}
    for one in answered:
        assert sum(ANSWER in said for said in one["told"]) == (one["channel"] != "mobile")
        assert one["lapor"]["number"]
        assert one["regions"][0] == "52"
    sealed = [one for one in document["complaints"] if one["sealed"]]
    assert [one["agency"]["key"] for one in sealed] == ["NTB.INSPEKTORAT"]
    assert [(one["lapor"], one["regions"]) for one in sealed] == [(None, [])]
