"""What citizens read: short, in their language, and in public nothing that is theirs."""

from dataclasses import replace
from itertools import combinations
from typing import Any, get_args

import pytest

from channel_adapters.facebook import send as facebook
from channel_adapters.instagram import send as instagram
from services.intake.conversation.situation import Prompt
from services.replies.prompts import PROMPTS
from services.replies.templates import Facts, Spot, Texts, fits_one_sms, place_of, sample
from services.replies.words import SHIPPED, chain, shipped
from shared.channels.alphabet import count_parts, is_gsm
from shared.core.settings import SettingsError
from shared.core.ticket import new_ticket
from shared.events import STATE_WORDS

PAGE = "https://care.ntbprov.example/tiket"


def receipt(texts: Texts, *, ticket: str, surface: str, private: bool, asks: Any = (), emergency: bool = False) -> str:
    place = place_of(surface, private=private, confidential=private)
    return texts.say("acknowledgement", Facts(ticket=ticket, asks=asks, emergency=emergency), Spot(place=place))


def prompt(texts: Texts, name: str, *, ticket: Any, state: Any = None, language: str = "id") -> str:
    return texts.say(name, Facts(ticket=ticket, state=state), Spot(place="sms", language=language))


@pytest.mark.parametrize("page", ["", PAGE])
@pytest.mark.parametrize("private", [False, True])
def test_the_receipt_of_a_text_message_is_one_text_message(page, private):
    ticket = new_ticket()
    said = receipt(Texts(status_page=page), ticket=ticket, surface="sms", private=private)
    assert ticket in said
    assert page in said
    assert fits_one_sms(said)


@pytest.mark.parametrize("page", [PAGE * 3, "https://contoh.example/\u10e2"])
def test_a_page_that_makes_two_messages_of_it_is_refused_at_the_start(page):
    with pytest.raises(SettingsError, match="NTBCARE_REPLIES_STATUS_PAGE"):
        Texts(status_page=page)


def test_a_public_receipt_differs_in_nothing_but_the_ticket():
    texts, first, second = Texts(status_page=PAGE), new_ticket(), new_ticket()
    said = [receipt(texts, ticket=one, surface="comment", private=False) for one in (first, second)]
    assert said[0].replace(first, "") == said[1].replace(second, "")
    assert "data pribadi" in said[0]


def test_an_answer_says_whose_it_is_where_that_is_known():
    texts, told = Texts(), Facts(ticket="NTB-79E7-3T8DN", text="Sudah  ditambal {ini}.", agency="Dinas Contoh")
    assert "dari Dinas Contoh" in texts.say("answer", told, Spot(place="direct"))
    nobody = texts.say("answer", Facts(ticket=told.ticket, text=told.text), Spot(place="direct"))
    assert "dari" not in nobody
    assert nobody.endswith(told.text), "an officer's words are passed on as they are"
    assert "Dinas" not in texts.say("answer", told, Spot(place="private"))


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize(("place", "named"), [("sms", True), ("direct", True), ("private", False)])
def test_a_follow_up_says_whose_it_is_in_letters_that_every_telephone_has(place, named, language):
    told = Facts(ticket="NTB-79E7-3T8DN", text="Petugas meninjau lokasi.", agency="Dinas Contoh")
    said = Texts().say("followed_up", told, Spot(place=place, language=language))
    assert ("Dinas Contoh" in said, said.endswith(told.text), "NTB-79E7-3T8DN" in said) == (named, True, True)
    assert is_gsm(said)
    nobody = Texts().say("followed_up", replace(told, agency=None), Spot(place=place, language=language))
    assert "None" not in nobody


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize(
    ("channel", "longest"), [("facebook", facebook.LONGEST_MESSAGE), ("instagram", instagram.LONGEST_MESSAGE)]
)
def test_an_answer_asks_for_its_rating_unless_that_would_shorten_it(channel, longest, language):
    texts, told = Texts(), Facts(ticket="NTB-79E7-3T8DN", text="Sudah ditambal.", agency="Dinas Contoh", rate=True)
    spot = Spot(place="direct", channel=channel, language=language)
    asked = texts.say("answer", told, spot)
    assert "NILAI NTB-79E7-3T8DN" in asked
    most = longest - len(asked.encode()) + len(told.text)
    for letters, asks in ((most, True), (most + 1, False)):
        said = texts.say("answer", replace(told, text="a" * letters), spot)
        assert ("NILAI" in said, len(said.encode()) <= longest) == (asks, True)
    assert "NILAI" in texts.say("answer", replace(told, agency=None), spot)
    assert texts.say("answer", replace(told, rate=False), spot).endswith(told.text)


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_every_prompt_is_one_text_message(name, language):
    for texts in (Texts(), Texts(status_page=PAGE)):
        for state in (None, *STATE_WORDS):
            for ticket in (None, new_ticket()):
                said = prompt(texts, name, ticket=ticket, state=state, language=language)
                assert count_parts(said) == 1
                assert "None" not in said
                assert "{" not in said


def test_replies_has_words_for_everything_that_intake_may_prompt():
    assert set(get_args(Prompt)) <= PROMPTS


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_a_prompt_that_names_a_complaint_does_not_say_what_it_is(name):
    ticket = new_ticket()
    said = prompt(Texts(), name, ticket=ticket, state="assigned")
    if ticket in said:
        assert "laporan" not in said.lower()


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("emergency", [False, True])
def test_a_receipt_that_asks_is_still_one_text_message(private, emergency):
    ticket, texts = new_ticket(), Texts(status_page=PAGE)
    for asks in (subset for size in range(4) for subset in combinations(("what", "where", "when"), size)):
        said = receipt(texts, ticket=ticket, surface="sms", private=private, asks=asks, emergency=emergency)
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
    said = receipt(Texts(), ticket=new_ticket(), surface="direct_message", private=False, asks=asks)
    assert ("?" not in said) if question is None else said.endswith(question)


def test_a_question_below_a_post_still_warns_of_personal_data():
    said = receipt(Texts(), ticket=new_ticket(), surface="comment", private=False, asks=("where",))
    assert "di mana tempatnya?" in said
    assert "data pribadi" in said


def test_every_shipped_language_says_everything_in_every_place():
    first, *others = ({(key.event, key.place) for key in shipped() if key.language == one} for one in SHIPPED)
    for other in others:
        missing = {(event, place) for event, place in first - other if place != "direct"}
        assert missing == set()
        assert other <= first


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize(
    "template", ["assigned", "question", "followed_up", "answer", "closed", "archived", "rejected", "case_reopened"]
)
def test_what_is_private_names_no_agency_and_no_report(template, language):
    said = Texts().say(template, sample(template), Spot(place="private", language=language))
    for word in ("Dinas", "laporan", "report"):
        assert word not in said
    assert "NTB-79E7-3T8DN" in said


@pytest.mark.parametrize(
    ("code", "why"),
    [("too_general", "terlalu umum"), ("made_up_later", "belum dapat ditindaklanjuti"), (None, "belum dapat")],
)
def test_a_complaint_that_comes_to_nothing_says_why_and_how_to_go_on(code, why):
    said = Texts().say("archived", Facts(ticket="NTB-79E7-3T8DN", reason=code), Spot(place="sms"))
    assert why in said
    assert "Balas" in said


def test_a_question_says_until_when_where_there_is_a_limit():
    facts = sample("question")
    assert "Paling lambat 24-12-2026." in Texts().say("question", facts, Spot(place="sms"))
    open_end = Facts(ticket=facts.ticket, text="Jalan yang mana?")
    assert Texts().say("question", open_end, Spot(place="sms")).endswith("nomor itu.")


@pytest.mark.parametrize(
    ("tag", "looked"),
    [("id", ["id"]), ("en-GB", ["en-gb", "en", "id"]), ("sas", ["sas", "id"]), ("ID_id", ["id-id", "id"])],
)
def test_a_language_without_a_text_takes_the_next_of_its_chain(tag, looked):
    assert list(chain(tag)) == looked


def test_facts_are_the_same_after_they_were_kept():
    facts = sample("status")
    assert Facts.read(facts.document()) == facts
    assert Facts.read(Facts(ticket=None).document()) == Facts(ticket=None)
