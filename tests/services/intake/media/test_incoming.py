"""What is decided about an attachment when its message is accepted, before anything is fetched."""

import hashlib
from datetime import timedelta

import pytest

from services.intake.media.check import MOST_PER_MESSAGE
from services.intake.media.incoming import make_ready
from services.intake.media.plan import Plan, plan
from shared.channels import Attachment, MediaPolicy
from tests.services.intake.media import pictures

POLICY = MediaPolicy(hosts=("*.cdn.example",), keep=timedelta(days=30), largest=10_000)
AT_PROVIDER = "https://a.cdn.example/1"

TABLE = {
    "a photo at the provider": (Attachment(kind="image", url=AT_PROVIDER), POLICY, Plan("wanted")),
    "somebody's post": (Attachment(kind="share", url=AT_PROVIDER), POLICY, Plan("wanted")),
    "a photo elsewhere": (
        Attachment(kind="image", url="https://evil.example/1"),
        POLICY,
        Plan("refused", "foreign_address"),
    ),
    "a photo on a channel that fetches nothing": (
        Attachment(kind="image", url=AT_PROVIDER),
        None,
        Plan("refused", "foreign_address"),
    ),
    "a sticker": (Attachment(kind="sticker", url=AT_PROVIDER), POLICY, Plan("none")),
    "a place outside": (Attachment(kind="location", note="-6.2, 106.8"), POLICY, Plan("none")),
    "a content that was spoilt": (
        Attachment(kind="image", problem="bad_base64"),
        POLICY,
        Plan("failed", "bad_base64"),
    ),
    "a content": (Attachment(kind="image", content=b"x"), None, Plan("stored")),
}


@pytest.mark.parametrize("case", TABLE)
def test_an_attachment_has_its_first_state(case):
    given, policy, expected = TABLE[case]
    assert plan(given, 0, policy) == expected


def test_beyond_the_most_of_a_message_nothing_more_is_fetched():
    given = Attachment(kind="image", url=AT_PROVIDER)
    assert plan(given, MOST_PER_MESSAGE - 1, POLICY).state == "wanted"
    assert plan(given, MOST_PER_MESSAGE, POLICY) == Plan("refused", "too_many")


async def test_what_came_along_is_cleaned_and_what_is_bad_leaves_its_message_alone():
    good, large, fake = await make_ready(
        [
            Attachment(kind="image", content=pictures.jpeg(), keep_hints=True),
            Attachment(kind="image", content=b"\xff\xd8\xff" + bytes(POLICY.largest)),
            Attachment(kind="image", content=b"PK\x03\x04", media_type="image/jpeg"),
        ],
        POLICY,
    )
    assert good.plan == Plan("stored")
    assert good.content is not None
    assert good.content.hints is not None
    assert pictures.SECRET not in good.content.content
    assert good.content.sha256 == hashlib.sha256(good.content.content).hexdigest()
    assert good.content.hints["latitude"] == pytest.approx(-8.583333, abs=1e-5)
    assert [(one.plan.problem, one.content) for one in (large, fake)] == [("too_large", None), ("archive", None)]
