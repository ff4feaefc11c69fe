"""What citizens read: short, Indonesian, and in public nothing that is theirs."""

import pytest

from channel_adapters.sms.alphabet import count_parts
from services.replies.templates import Texts, fits_one_sms
from shared.core.settings import SettingsError
from shared.core.ticket import new_ticket

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
