"""What we say to citizens: Indonesian, kind, short. Each text is chosen by event and surface.

A public acknowledgement holds nothing of the complaint, no name and no agency. Where even that somebody complained
stays between them and us, it is called a message (pesan): nobody who looks over their shoulder learns more.
"""

from collections.abc import Mapping
from typing import Literal

from shared.core.settings import SettingsError

ONE_SMS = 160
"""Characters of one SMS in the GSM 7-bit alphabet (3GPP TS 23.038)."""
_NOT_ONCE_IN_GSM_7 = frozenset("^{}\\[~]|`")
"""What ASCII has, and GSM-7 has not, or counts twice."""
_LONGEST_TICKET = "NTB-XXXX-XXXXX"

Occasion = Literal["sms", "direct", "public", "private"]

_ACKNOWLEDGEMENT: Mapping[Occasion, str] = {
    "sms": "NTB Care: laporan Anda kami terima. Nomor tiket {ticket}, mohon disimpan. {where}",
    "direct": ("Terima kasih, laporan Anda sudah kami terima.\nNomor tiket: {ticket}\nMohon simpan nomor ini. {where}"),
    "public": (
        "Terima kasih, sudah kami catat dengan nomor {ticket}. {where} Mohon jangan menulis data pribadi di sini."
    ),
    "private": "NTB Care: pesan Anda kami terima. Nomor {ticket}, mohon disimpan. {where}",
}
_WHERE = "Perkembangan: {page}"
_NOWHERE = "Sebutkan nomor ini bila ingin bertanya."
_ANSWER = "Jawaban atas laporan {ticket} dari {agency}:\n\n{text}"
_ANSWER_OF_NOBODY = "Jawaban atas laporan {ticket}:\n\n{text}"
_PRIVATE_ANSWER = "NTB Care, nomor {ticket}:\n\n{text}"


class Texts:
    """The texts of one installation."""

    def __init__(self, *, status_page: str = "") -> None:
        """Take the page where tickets are looked up; raises `SettingsError` when one SMS cannot hold it."""
        self._where = _WHERE.format(page=status_page) if status_page else _NOWHERE
        occasions: tuple[Occasion, ...] = ("sms", "private")
        for occasion in occasions:
            said = _ACKNOWLEDGEMENT[occasion].format(ticket=_LONGEST_TICKET, where=self._where)
            if not fits_one_sms(said):
                raise SettingsError(
                    f"NTBCARE_REPLIES_STATUS_PAGE: with it an acknowledgement has {len(said)} characters, or some that "
                    f"a plain SMS has not; one SMS holds {ONE_SMS}. Use a shorter address of plain letters."
                )

    def acknowledgement(self, *, ticket: str, surface: str, private: bool) -> str:
        """Say that it was received, with the ticket and where to look."""
        return _ACKNOWLEDGEMENT[_occasion(surface, private=private)].format(ticket=ticket, where=self._where)

    def answer(self, *, ticket: str, agency: str | None, text: str, private: bool) -> str:
        """Pass on an answer in the agency's own words; always for the citizen alone."""
        if private:
            return _PRIVATE_ANSWER.format(ticket=ticket, text=text)
        if agency is None:
            return _ANSWER_OF_NOBODY.format(ticket=ticket, text=text)
        return _ANSWER.format(ticket=ticket, agency=agency, text=text)


def fits_one_sms(text: str) -> bool:
    """Tell whether a text of plain letters goes as one SMS."""
    return len(text) <= ONE_SMS and text.isascii() and text.isprintable() and not _NOT_ONCE_IN_GSM_7 & set(text)


def _occasion(surface: str, *, private: bool) -> Occasion:
    if private:
        return "private"
    return {"sms": "sms", "comment": "public"}.get(surface, "direct")  # type: ignore[return-value]
