"""Telephone numbers: who is a person, and how a number is written (E.164, region Indonesia by default)."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

_SPELLING = re.compile(r"\+?[0-9][0-9 ().-]{2,29}")
_STRAY = re.compile(r"\+?[1-9][0-9]{8,14}")
_KNOWN = ("+", "0", "8", "62")
"""With these the country is certain; other digits must be a valid number abroad, else they are some service's."""
_SHORTEST_PERSON = 9
"""Digits of a national number that the numbering plan does not know; new mobile prefixes come without notice."""
_INDONESIA = 62
_SERVICES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}


def person_number(spelling: str) -> str | None:
    """Return a person's number in E.164, or None for a short code, a service number or an alphanumeric sender.

    `08…`, `8…`, `628…` and `+628…` are the same number. Without `+` (some gateways leave it out; one that is not
    escaped arrives as a space), a number that begins otherwise carries its own country's code, and so does `8…` where
    only that gives a valid number (China, Japan).
    """
    text = spelling.strip()
    if not _SPELLING.fullmatch(text):
        return None
    readings = [text, f"+{text}"] if text.startswith("8") else [text if text.startswith(("+", "0")) else f"+{text}"]
    numbers = [number for number in map(_parse, readings) if number]
    known = numbers[0] if numbers and text.startswith(_KNOWN) else None
    number = next(filter(phonenumbers.is_valid_number, numbers), known)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


def stray_number(spelling: str) -> str | None:
    """Return digits that are too many for a short code, as they came: no numbering plan has them, somebody wrote.

    A local number from abroad without its country's code is one. A service's number, which some plan has, is none.
    """
    text = spelling.strip()
    if not _STRAY.fullmatch(text) or any(map(_names_service, (text, f"+{text}"))):
        return None
    return text


def our_number(spelling: str) -> str:
    """Return one spelling for each of our own numbers: E.164, or the short code as it is."""
    return person_number(spelling) or spelling.strip().removeprefix("+")


def _parse(text: str) -> PhoneNumber | None:
    number = _read(text)
    return number if number and _is_person(number) else None


def _read(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None


def _names_service(text: str) -> bool:
    number = _read(text)
    return number is not None and _is_service(number)


def _is_service(number: PhoneNumber) -> bool:
    """Tell a service of ours; abroad, people write from toll-free numbers too."""
    return number.country_code == _INDONESIA and phonenumbers.number_type(number) in _SERVICES


def _is_person(number: PhoneNumber) -> bool:
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    if phonenumbers.is_valid_number(number):
        return not _is_service(number)
    return len(phonenumbers.national_significant_number(number)) >= _SHORTEST_PERSON
