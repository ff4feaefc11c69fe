"""The ticket: a number that survives being read aloud, typed and printed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ticket import ALPHABET, InvalidTicketError, from_number, new_ticket, parse_ticket

numbers = st.integers(0, 2**40 - 1)
tickets = numbers.map(from_number)
SAMPLE = [from_number(number) for number in (0, 1, 2**40 - 1, 0x1234567890, 0xFEDCBA9876, 0xA5A5A5A5A5)]


def _symbols(ticket: str) -> str:
    return ticket.removeprefix("NTB-").replace("-", "")


@given(tickets)
def test_a_ticket_reads_back_as_itself(ticket):
    assert parse_ticket(ticket) == ticket
    assert len(ticket) == len("NTB-XXXX-XXXXC")


@given(numbers, numbers)
def test_two_numbers_have_two_tickets(one, other):
    assert (from_number(one) == from_number(other)) == (one == other)


def test_tickets_are_drawn_at_random():
    drawn = {new_ticket() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(parse_ticket(ticket) == ticket for ticket in drawn)
    for place in range(8):
        assert len({_symbols(ticket)[place] for ticket in drawn}) == 32


@given(tickets, st.data())
def test_a_ticket_is_read_however_it_is_typed(ticket, data):
    strange = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(data.draw(st.sampled_from(strange.get(s, s + s.lower()))) for s in _symbols(ticket))
    gaps = st.sampled_from(["", "-", " ", "\u2013", "\u2014", "\u00a0", "\t", " - "])
    prefix = data.draw(st.sampled_from(["", "NTB", "ntb-", " Ntb ", "NTB\u2013"]))
    spread = "".join(symbol + data.draw(gaps) for symbol in typed)
    assert parse_ticket(prefix + spread) == ticket


def test_a_ticket_whose_symbols_begin_like_the_prefix_is_read_without_the_prefix_too():
    ticket = from_number(int("".join(f"{ALPHABET.index(symbol):05b}" for symbol in "NTB00000"), 2))
    assert _symbols(ticket).startswith("NTB")
    assert parse_ticket(_symbols(ticket)) == ticket


@pytest.mark.parametrize("ticket", SAMPLE)
def test_every_single_wrong_symbol_is_caught(ticket):
    right = _symbols(ticket)
    for place, symbol in enumerate(right):
        for wrong in set(ALPHABET) - {symbol}:
            with pytest.raises(InvalidTicketError):
                parse_ticket(right[:place] + wrong + right[place + 1 :])


@given(tickets)
def test_every_swap_of_two_symbols_is_caught(ticket):
    right = _symbols(ticket)
    for one in range(9):
        for other in range(one + 1, 9):
            swapped = list(right)
            swapped[one], swapped[other] = right[other], right[one]
            if swapped != list(right):
                with pytest.raises(InvalidTicketError):
                    parse_ticket("".join(swapped))


@given(st.text(max_size=40))
def test_any_other_text_is_a_ticket_or_an_invalid_one(text):
    with suppress(InvalidTicketError):
        assert parse_ticket(parse_ticket(text)) == parse_ticket(text)


@pytest.mark.parametrize("text", ["", "NTB-", "NTB", "0" * 10_000, "NTB-0000-0000", "NTB-0000-0000U", "\x00", "\ud800"])
def test_what_cannot_be_a_ticket_is_refused(text):
    with pytest.raises(InvalidTicketError):
        parse_ticket(text)
