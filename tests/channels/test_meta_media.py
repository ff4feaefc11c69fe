"""What may be fetched of what Meta's channels bring: only from Meta's own hosts, and for how long it is kept."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channel_adapters._meta.media import evidence
from shared.channels.discovery import load_media_policy
from tests.channels.cases import all_cases, build_request

META = ("facebook", "instagram")
CASES = [case for case in all_cases() if case.channel in META and "messages" in case.expect]


@pytest.mark.parametrize("name", META)
@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://scontent.xx.fbcdn.net/v/a.jpg?oe=6A0B", True),
        ("https://scontent-cgk1-1.cdninstagram.com/v/a.mp4", True),
        ("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1", True),
        ("https://SCONTENT.XX.FBCDN.NET:443/a", True),
        ("http://scontent.xx.fbcdn.net/a", False),
        ("https://scontent.xx.fbcdn.net:8443/a", False),
        ("https://scontent.xx.fbcdn.net@intern.example/a", False),
        ("https://user@scontent.xx.fbcdn.net/a", False),
        ("https://fbcdn.net/a", False),
        ("https://evilfbcdn.net/a", False),
        ("https://fbcdn.net.example/a", False),
        ("https://other.fbsbx.com/a", False),
        ("https://l.facebook.com/l.php?u=https://scontent.xx.fbcdn.net/a", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1/a", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_metas_own_hosts_are_asked(name, url, allowed):
    policy = load_media_policy(name)
    assert policy is not None
    assert policy.allows(url) is allowed


def test_what_others_posted_is_kept_shorter_than_what_was_sent_to_us():
    kept = {name: policy.keep for name in META if (policy := load_media_policy(name))}
    assert kept == {"facebook": timedelta(days=180), "instagram": timedelta(days=90)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_translation_names_an_address_that_may_not_be_fetched(case, channels):
    policy = load_media_policy(case.channel)
    translation = channels[case.channel].normalize(build_request(case))
    told = (*translation.messages, *translation.agency_messages)
    assert policy is not None
    assert [one.url for message in told for one in message.attachments if one.url and not policy.allows(one.url)] == []


@given(address=st.text() | st.from_regex(r"https://[a-z.@:/]{0,20}(fbcdn\.net|fbsbx\.com)[a-z.@:/]{0,20}"))
def test_an_address_is_fetched_or_noted_and_never_both(address):
    policy = load_media_policy("facebook")
    assert policy is not None
    found = evidence("image", address or None)
    if found.url is None:
        assert found.problem == ("foreign_address" if address else "no_address")
    else:
        assert policy.allows(found.url)
        assert found.note is None
        assert found.problem is None
