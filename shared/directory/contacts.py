"""How an agency is reached, checked for form: an empty cell is better than a guess."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import shortnumberinfo

from shared.directory.tables import Row

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_WEB = re.compile(r"https?://([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(/[!-~]*)?")


@dataclass(frozen=True, slots=True)
class Contact:
    """Telephone as it is dialled in Indonesia, e-mail, postal address, web page; empty where unknown."""

    phone: str = ""
    email: str = ""
    address: str = ""
    web: str = ""


NO_CONTACT = Contact()


def contact(row: Row) -> Contact:
    """Read one row of `contacts.csv`; `DirectoryDataError` names a number, address or page that can be none."""
    phone, email, web = (row.cells[column] for column in ("phone", "email", "web"))
    if phone and not _is_phone(phone):
        raise row.error(f"phone is {phone!r}, expected a number such as 0370 622373, or a short one such as 123")
    if email and not _EMAIL.fullmatch(email):
        raise row.error(f"email is {email!r}, expected name@host")
    if web and not _WEB.fullmatch(web):
        raise row.error(f"web is {web!r}, expected an address that begins with https://")
    return Contact(phone, email, row.cells["address"], web)


def _is_phone(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) or shortnumberinfo.is_possible_short_number_for_region(number, "ID")
