"""What citizens read: short, Indonesian, and in public nothing that is theirs."""

from itertools import combinations
from typing import get_args

import pytest

from channel_adapters.sms.alphabet import count_parts
from services.intake.conversation.situation import Prompt
from services.replies.templates import Texts, fits_one_sms
from shared.core.settings import SettingsError
from shared.core.ticket import new_ticket
from shared.events import STATE_WORDS

PAGE = "https://care.ntbprov.example/tiket"


@pytest.mark.parametrize("page", ["", PAGE])
@pytest.mark.parametrize("private", [False, True])
def test_the_receipt_of_a_text_message_is_one_text_message(page, private):
    ticket = new_ticket()
    said = Texts(status_page=page).acknowledgement(ticket=ticket, surface="sms", private=private)
    assert ticket in said
    assert page in said
    assert fits_one_sms(said)
    assert count_parts(said) == 1, "the channel counts as we do"


@pytest.mark.parametrize("page", [PAGE * 3, "https://care.ntbprov.example/~tiket", "https://contoh.example/tikét"])
def test_a_page_that_makes_two_messages_of_it_is_refused_at_the_start(page):
    with pytest.raises(SettingsError, match="NTBCARE_REPLIES_STATUS_PAGE"):
        Texts(status_page=page)


def test_a_public_receipt_differs_in_nothing_but_the_ticket():
    texts, first, second = Texts(status_page=PAGE), new_ticket(), new_ticket()
    said = [texts.acknowledgement(ticket=one, surface="comment", private=False) for one in (first, second)]
    assert said[0].replace(first, "") == said[1].replace(second, "")
    assert "data pribadi" in said[0]


def test_an_answer_says_whose_it_is_where_that_is_known():
    texts = Texts()
    told = {"ticket": "NTB-79E7-3T8DN", "text": "Sudah ditambal."}
    assert "dari Dinas Contoh" in texts.answer(**told, agency="Dinas Contoh", private=False)
    assert "dari" not in texts.answer(**told, agency=None, private=False)
    assert "Dinas" not in texts.answer(**told, agency="Dinas Contoh", private=True)


PROMPTS = (
    *("greeting", "words_wanted", "help", "status", "ticket_unknown", "cancelled", "not_cancelled"),
    *("reopened", "not_reopened", "stopped", "resumed", "joined", "not_joined", "rated"),
)


@pytest.mark.parametrize("page", ["", PAGE])
@pytest.mark.parametrize("state", [None, *STATE_WORDS])
@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_prompt_is_one_text_message(prompt, state, page):
    texts = Texts(status_page=page)
    for ticket in (None, new_ticket()):
        said = texts.prompt(prompt, surface="sms", ticket=ticket, state=state)
        assert count_parts(said) == 1
        assert "None" not in said
        assert "{" not in said


def test_replies_has_words_for_everything_that_intake_may_prompt():
    assert set(PROMPTS) == set(get_args(Prompt))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_that_names_a_complaint_does_not_say_what_it_is(prompt):
    ticket = new_ticket()
    said = Texts().prompt(prompt, surface="sms", ticket=ticket, state="assigned")
    if ticket in said:
        assert "laporan" not in said.lower()


@pytest.mark.parametrize(
    "asks", [subset for size in range(4) for subset in combinations(("what", "where", "when"), size)]
)
@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("emergency", [False, True])
def test_a_receipt_that_asks_is_still_one_text_message(asks, private, emergency):
    ticket = new_ticket()
    said = Texts(status_page=PAGE).acknowledgement(
        ticket=ticket, surface="sms", private=private, asks=asks, emergency=emergency
    )
    assert count_parts(said) == 1
    assert ticket in said
    assert ("?" in said) is (bool(asks) if not emergency else "where" in asks)
    assert ("112" in said) is emergency


@pytest.mark.parametrize(
    ("asks", "question"),
    [
        (("where",), "di mana tempatnya?"),
        (("when", "where"), "di mana tempatnya dan kapan terjadinya?"),
        (("where", "when", "what"), "apa yang terjadi, di mana tempatnya, dan kapan terjadinya?"),
        (("who",), None),
    ],
)
def test_a_question_reads_as_a_person_would_ask_it(asks, question):
    said = Texts().acknowledgement(ticket=new_ticket(), surface="direct_message", private=False, asks=asks)
    assert ("?" not in said) if question is None else said.endswith(question)


def test_a_question_below_a_post_still_warns_of_personal_data():
    said = Texts().acknowledgement(ticket=new_ticket(), surface="comment", private=False, asks=("where",))
    assert "di mana tempatnya?" in said
    assert "data pribadi" in said
