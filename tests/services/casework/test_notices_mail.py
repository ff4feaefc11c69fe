"""Mails on the wire: a real SMTP server with STARTTLS and a password, and what each of its answers means."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.casework.notices.mail import Mail, MailServer, compose
from services.casework.notices.settings import MailSettings
from services.casework.notices.words import Letter
from shared.channels import Remedy, SendError
from shared.core.times import utc_now
from tests.services.casework.post import SENDER, mail_settings, post_office
from tests.tls import make_certificates

LETTER = Letter(subject="NTB Care: 1 laporan lewat tenggat", text="Isi “satu”\n.\n..titik\n", html="<p>Isi</p>\n")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("post"))


@pytest.fixture(scope="module")
async def office(certificates):
    async with post_office(certificates) as post:
        yield post


@pytest.fixture
def post(office):
    office.empty()
    return office


def mail(**changes) -> Mail:
    values: dict[str, Any] = {
        "letter": LETTER,
        "name": "Ibu Sri",
        "email": "sri@dikpora.example",
        "message_id": "<1@ntbprov.example>",
    }
    return Mail(**values | changes)


async def send(settings, **changes) -> SendError | None:
    try:
        await MailServer(settings).send(mail(**changes), utc_now())
    except SendError as error:
        return error
    return None


async def test_a_mail_goes_out_with_tls_and_a_password(post, certificates):
    assert await send(mail_settings(post, certificates)) is None
    [taken] = post.taken
    assert post.recipients == ["sri@dikpora.example"]
    assert taken["From"] == f"NTB Care <{SENDER}>"
    assert taken["To"] == "Ibu Sri <sri@dikpora.example>"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Message-ID"] == "<1@ntbprov.example>"
    assert taken["Date"].endswith("+0800")
    text, html = taken.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content_type() == "text/html"


async def test_the_start_of_tls_can_be_left_out_on_this_machine_alone():
    async with post_office(None) as plain:
        assert await send(mail_settings(plain, None)) is None
        assert len(plain.taken) == 1
    for host, fine in (("localhost", True), ("127.0.0.1", True), ("post.example", False)):
        values: dict[str, Any] = {"smtp_host": host, "smtp_from": SENDER, "smtp_tls": "none"}
        if fine:
            MailSettings(**values)
            continue
        with pytest.raises(ValidationError, match="this machine"):
            MailSettings(**values)
        assert MailSettings(**values, smtp_plain=True)


@pytest.mark.parametrize(
    ("answers", "reason", "remedy"),
    [
        ({"to_recipient": "550 5.1.1 no such mailbox"}, "recipient_refused", Remedy.GIVE_UP),
        ({"to_recipient": "450 4.2.1 try later"}, "put_off", Remedy.RETRY),
        ({"to_message": "554 5.7.1 spam"}, "message_refused", Remedy.GIVE_UP),
        ({"to_message": "451 4.3.0 try later"}, "put_off", Remedy.RETRY),
        ({"to_sender": "550 5.7.1 not yours"}, "sender_refused", Remedy.PAUSE),
        ({"to_sender": "451 4.7.1 slow down"}, "put_off", Remedy.RETRY),
        ({"hangs_up": True}, "answer_lost", Remedy.UNKNOWN),
    ],
)
async def test_what_the_server_says_has_its_remedy(post, certificates, answers, reason, remedy):
    for name, value in answers.items():
        setattr(post, name, value)
    error = await send(mail_settings(post, certificates))
    assert error is not None
    assert (error.reason, error.remedy) == (reason, remedy)


async def test_what_fails_for_all_lets_all_rest(post, certificates, tmp_path):
    other = make_certificates(tmp_path)
    async with post_office(None) as plain:
        for settings, reason in (
            (mail_settings(post, certificates, smtp_password="6b1d0c94ae775f2238e1"), "wrong_password"),
            (mail_settings(post, certificates, smtp_ca=str(other.ca)), "certificate_refused"),
            (mail_settings(post, certificates, smtp_port=1), "server_away"),
            (mail_settings(post, certificates, smtp_port=plain.port), "server_refuses"),
        ):
            error = await send(settings)
            assert error is not None
            assert (error.reason, error.remedy) == (reason, Remedy.PAUSE)
    assert not post.taken


@pytest.mark.parametrize("name", ["Sri\r\nBcc: lain@example.org", "Sri\nSubject: lain", 'S"ri <x@y.example>', "Śrī"])
def test_a_name_adds_no_header(name):
    written = compose(mail(name=name), sender=SENDER, at=utc_now()).as_bytes()
    head = written.split(b"\r\n\r\n")[0].decode("ascii")
    assert [line.split(":")[0] for line in head.split("\r\n") if line[:1].strip()].count("Subject") == 1
    assert "\r\nBcc" not in head
    assert "<sri@dikpora.example>" in head


@pytest.mark.parametrize(
    "email", ["sri@x.example\r\nBcc: lain@example.org", "sri", "sri@", "", "śrī@x.example", "a@b, c@d"]
)
def test_an_address_that_is_none_is_given_up(email):
    with pytest.raises(SendError) as refused:
        compose(mail(email=email), sender=SENDER, at=utc_now())
    assert (refused.value.reason, refused.value.remedy) == ("bad_address", Remedy.GIVE_UP)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp_host": "post.example"}, "is missing"),
        ({"smtp_host": "post.example", "smtp_from": "ntbcare"}, "no address"),
        ({"smtp_host": "post.example", "smtp_from": SENDER, "smtp_username": "ntbcare"}, "go together"),
        ({"smtp_host": "post.example", "smtp_from": SENDER, "smtp_ca": "no.pem"}, "cannot be used"),
        ({"smtp_host": "post.example\r\nx"}, "pattern"),
    ],
)
def test_half_a_setting_is_refused(values, words):
    with pytest.raises(ValidationError, match=words):
        MailSettings(**values)
