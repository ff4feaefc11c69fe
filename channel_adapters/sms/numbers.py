"""Telephone numbers: who is a person, and how a number is written (E.164, region Indonesia by default)."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

_SPELLING = re.compile(r"\+?[0-9][0-9 ().-]{2,29}")
_SHORTEST_PERSON = 9
"""Digits of a national number that the numbering plan does not know; new mobile prefixes come without notice."""
_SERVICES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}


def person_number(spelling: str) -> str | None:
    """Return a person's number in E.164, or None for a short code, a service number or an alphanumeric sender.

    `08…`, `8…`, `628…` and `+628…` are the same number. A `+` that a gateway did not escape arrives as a space.
    """
    text = spelling.strip()
    if not _SPELLING.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(f"+{text}" if text.startswith("628") else text, "ID")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if _is_person(number) else None


def our_number(spelling: str) -> str:
    """Return one spelling for each of our own numbers: E.164, or the short code as it is."""
    return person_number(spelling) or spelling.strip().removeprefix("+")


def _is_person(number: PhoneNumber) -> bool:
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    if phonenumbers.is_valid_number(number):
        return phonenumbers.number_type(number) not in _SERVICES
    return len(phonenumbers.national_significant_number(number)) >= _SHORTEST_PERSON
