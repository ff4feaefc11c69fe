"""What we say to citizens: Indonesian, kind, short. Each text is chosen by event and surface.

A public acknowledgement holds nothing of the complaint, no name and no agency. Where even that somebody complained
stays between them and us, it is called a message (pesan): nobody who looks over their shoulder learns more.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Literal

from services.replies.prompts import longest_sms, prompt_text
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
_ASKING: Mapping[Occasion, str] = {
    "sms": "NTB Care: laporan Anda kami terima, nomor {ticket}. Mohon balas: {questions}?",
    "direct": (
        "Terima kasih, laporan Anda sudah kami terima.\nNomor tiket: {ticket}\nMohon simpan nomor ini. {where}\n\n"
        "Agar lebih cepat ditangani, mohon balas: {questions}?"
    ),
    "public": (
        "Terima kasih, sudah kami catat dengan nomor {ticket}. {where} Agar lebih cepat ditangani, mohon balas: "
        "{questions}? Mohon jangan menulis data pribadi di sini."
    ),
    "private": "NTB Care: pesan Anda kami terima, nomor {ticket}. Bila berkenan, mohon balas: {questions}?",
}
_EMERGENCY: Mapping[Occasion, str] = {
    "sms": "NTB Care: bila ada bahaya sekarang, segera hubungi 112. Laporan Anda kami terima, nomor {ticket}.{ask}",
    "direct": (
        "Bila ada bahaya sekarang, segera hubungi 112.\n\nLaporan Anda sudah kami terima dengan nomor {ticket}.{ask}"
    ),
    "public": "Bila ada bahaya sekarang, segera hubungi 112. Sudah kami catat dengan nomor {ticket}.{ask}",
    "private": "NTB Care: bila ada bahaya sekarang, segera hubungi 112. Pesan Anda kami terima, nomor {ticket}.{ask}",
}
_IN_DANGER_ASK = " Mohon balas: {questions}?"
_QUESTIONS: Mapping[str, str] = {
    "what": "apa yang terjadi",
    "where": "di mana tempatnya",
    "when": "kapan terjadinya",
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
        self._page = status_page
        self._where = _WHERE.format(page=status_page) if status_page else _NOWHERE
        for said in self._longest():
            if not fits_one_sms(said):
                raise SettingsError(
                    f"NTBCARE_REPLIES_STATUS_PAGE: with it a message has {len(said)} characters, or some that "
                    f"a plain SMS has not; one SMS holds {ONE_SMS}. Use a shorter address of plain letters."
                )

    def acknowledgement(
        self, *, ticket: str, surface: str, private: bool, asks: Sequence[str] = (), emergency: bool = False
    ) -> str:
        """Say that it was received, with the ticket, and ask for what it lacks; in danger 112 comes first."""
        occasion = _occasion(surface, private=private)
        if emergency:
            return self._emergency(occasion, ticket, asks)
        questions = _questions(asks)
        template = (_ASKING if questions else _ACKNOWLEDGEMENT)[occasion]
        return template.format(ticket=ticket, where=self._where, questions=questions)

    def answer(self, *, ticket: str, agency: str | None, text: str, private: bool) -> str:
        """Pass on an answer in the agency's own words; always for the citizen alone."""
        if private:
            return _PRIVATE_ANSWER.format(ticket=ticket, text=text)
        if agency is None:
            return _ANSWER_OF_NOBODY.format(ticket=ticket, text=text)
        return _ANSWER.format(ticket=ticket, agency=agency, text=text)

    def prompt(self, prompt: str, *, surface: str, ticket: str | None, state: str | None) -> str:
        """Return what is said about a message that made no complaint; raises `UnknownPromptError`."""
        return prompt_text(prompt, surface=surface, ticket=ticket, state=state, page=self._page)

    def _emergency(self, occasion: Occasion, ticket: str, asks: Sequence[str]) -> str:
        """Ask for the place alone: help needs nothing else, and who is in danger writes little."""
        ask = _IN_DANGER_ASK.format(questions=_QUESTIONS["where"]) if "where" in asks else ""
        return _EMERGENCY[occasion].format(ticket=ticket, ask=ask)

    def _longest(self) -> Iterator[str]:
        """Return whatever may go out as an SMS, each as long as it can be."""
        for private, asks, emergency in product((False, True), ((), tuple(_QUESTIONS)), (False, True)):
            yield self.acknowledgement(
                ticket=_LONGEST_TICKET, surface="sms", private=private, asks=asks, emergency=emergency
            )
        yield from longest_sms(self._page).values()


def fits_one_sms(text: str) -> bool:
    """Tell whether a text of plain letters goes as one SMS."""
    return len(text) <= ONE_SMS and text.isascii() and text.isprintable() and not _NOT_ONCE_IN_GSM_7 & set(text)


def _questions(asks: Sequence[str]) -> str:
    asked = [words for name, words in _QUESTIONS.items() if name in asks]
    if len(asked) <= 2:  # noqa: PLR2004 - "a dan b" needs no comma
        return " dan ".join(asked)
    return f"{', '.join(asked[:-1])}, dan {asked[-1]}"


def _occasion(surface: str, *, private: bool) -> Occasion:
    if private:
        return "private"
    return {"sms": "sms", "comment": "public"}.get(surface, "direct")  # type: ignore[return-value]
