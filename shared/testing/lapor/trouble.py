"""What goes wrong with one call: by a switch, or by chance."""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any

from fastapi.responses import JSONResponse, Response

from shared.testing.lapor.answers import CutAnswer, WrongError, broken, envelope, error_page, refusal
from shared.testing.lapor.held import Held
from shared.testing.lapor.ways import AFTER, BEFORE, INSTEAD, SWITCHES, WAYS, Subject, Way

_ERRORS = {
    Way.ERROR_BEFORE_500: (500, "Internal Server Error"),
    Way.ERROR_BEFORE_502: (502, "Bad Gateway"),
    Way.ERROR_BEFORE_503: (503, "Service Unavailable"),
    Way.ERROR_AFTER_500: (500, "Internal Server Error"),
    Way.ERROR_AFTER_502: (502, "Bad Gateway"),
    Way.ERROR_AFTER_503: (503, "Service Unavailable"),
    Way.LOCKED: (401, "Unauthorized"),
}
_REFUSALS = {
    Subject.CREATE: "Pengaduan tidak dapat disimpan",
    Subject.FOLLOWUP: "Tindak lanjut tidak dapat disimpan",
    Subject.REJECT: "Pengaduan tidak dapat diteruskan",
    Subject.UPLOAD: "Berkas tidak dapat disimpan",
}
_NO_FILES: dict[str, Any] = {"images": [], "docs": []}


class Trouble:
    """Asked three times in the course of a call: before it is read, in place of what it asks for, and after that."""

    def __init__(self, held: Held, subject: Subject, call: str) -> None:
        """Draw what chance has for this call."""
        self._held = held
        self._subject = subject
        self._call = call
        self._chance = held.quirks.draw(WAYS[subject])

    async def before(self) -> Response | None:
        """Return what is answered before the request is read, if it is."""
        way = self._met(BEFORE)
        if way == Way.SLOW:
            await asyncio.sleep(self._held.quirks.fail_slow_s)
            return None
        return self._answer(way) if way else None

    def instead(self) -> Response | None:
        """Return what is answered to a request that is right and has no effect, if it has none."""
        if self._met(INSTEAD) is None:
            return None
        message = _REFUSALS.get(self._subject, "Terjadi kesalahan")
        return JSONResponse(envelope(status=False, message=message))

    async def after(self, document: dict[str, Any]) -> Response:
        """Return what is answered to a request that took effect; `document` is the right answer."""
        way = self._met(AFTER)
        if way == Way.ANSWER_LATE:
            await asyncio.sleep(self._held.quirks.late_s)
            return JSONResponse(document)
        if way == Way.NO_ID:
            return JSONResponse(envelope(_NO_FILES if self._subject == Subject.UPLOAD else None))
        return self._answer(way) if way else JSONResponse(document)

    def _met(self, stage: AbstractSet[Way]) -> Way | None:
        for switch, way in SWITCHES[self._subject].items():
            if way in stage and self._held.quirks.strikes(switch):
                self._held.deal(self._call, way, switch)
                return way
        if self._chance is None or self._chance not in stage:
            return None
        self._held.deal(self._call, self._chance)
        return self._chance

    def _answer(self, way: Way) -> Response:
        if way in {Way.CUT_BEFORE, Way.ANSWER_CUT}:
            return CutAnswer()
        if way in {Way.PAGE_BEFORE, Way.ANSWER_PAGE}:
            return error_page()
        if way == Way.ANSWER_BROKEN:
            return broken()
        if way == Way.TOO_MANY:
            wait = {"Retry-After": str(self._held.quirks.retry_after_s)}
            return refusal(WrongError(429, "Too Many Requests", headers=wait))
        return refusal(WrongError(*_ERRORS[way]))
