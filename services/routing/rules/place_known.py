"""What is known of the place beside the text: the region given, a point, an SMS code, a photo, the account."""

from dataclasses import dataclass

from shared.directory.regions import PROVINCE_CODE, in_province, is_region, path_name, regency_of

GIVEN_CONFIDENCE = 0.95
CODE_CONFIDENCE = 0.9
ACCOUNT_CONFIDENCE = 0.75
#: A photo may have been sent from home, hours later.
_PHOTO_FACTOR = 0.75
#: What sources that name different regencies share between them.
_CONFLICT_SUM = 0.9


@dataclass(frozen=True, slots=True)
class Located:
    """The region that a point lies in, 0 < `confidence` <= 1; `near` is one across a border close by."""

    code: str
    confidence: float
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """One source's region, how sure it is by itself, and how an officer reads it."""

    code: str
    confidence: float
    note: str
    """Empty where another source's note says it."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is known beside the text.

    `firm` sources were given for this complaint and are weighed against the text; `weak` ones speak of the
    circumstances, and a text that clearly names another regency wins over them. Both with the surest first.
    """

    firm: tuple[Known, ...] = ()
    weak: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The regions of all sources."""
        return [known.code for known in (*self.firm, *self.weak)]


def gather(
    *,
    given_region: str | None,
    coordinates: tuple[float, float] | None,
    point: Located | None,
    sms_region: str | None,
    photo: Located | None,
    account_region: str | None,
) -> Sources:
    """Bring the sources together; an unknown code is a note, and the province alone says nothing."""
    firm = [
        *_of_code(given_region, GIVEN_CONFIDENCE, "wilayah dipilih pelapor"),
        *_of_point(point, 1.0, "titik koordinat"),
        *_of_code(sms_region, CODE_CONFIDENCE, "kode SMS"),
    ]
    if point is not None and len(firm) == 1:
        firm += _across_the_border(point)
    weak = [
        *_of_code(account_region, ACCOUNT_CONFIDENCE, "masuk lewat akun"),
        *_of_point(photo, _PHOTO_FACTOR, "foto diambil"),
    ]
    return Sources(tuple(firm), tuple(weak), tuple(_notes(given_region, coordinates, point)))


def settle(known: tuple[Known, ...]) -> dict[str, float]:
    """Return regions with their shares: sources that agree give the finer one, those that do not share the doubt."""
    shares: dict[str, float] = {}
    for one in known:
        fitting = next((code for code in shares if code.startswith(one.code) or one.code.startswith(code)), None)
        if fitting is None:
            shares[one.code] = one.confidence
            continue
        finer = max(fitting, one.code, key=len)
        shares[finer] = 1 - (1 - shares.pop(fitting)) * (1 - one.confidence)
    if len({regency_of(code) for code in shares}) > 1:
        total = sum(shares.values())
        shares = {code: share / total * _CONFLICT_SUM for code, share in shares.items()}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _of_code(code: str | None, confidence: float, says: str) -> list[Known]:
    if not code or code == PROVINCE_CODE or not is_region(code):
        return []
    return [Known(code, confidence, f"{says}: {path_name(code)}")]


def _of_point(point: Located | None, factor: float, says: str) -> list[Known]:
    if point is None or point.code == PROVINCE_CODE or not is_region(point.code):
        return []
    border = f", dekat batas {path_name(point.near)}" if point.near and is_region(point.near) else ""
    return [Known(point.code, point.confidence * factor, f"{says} di {path_name(point.code)}{border}")]


def _across_the_border(point: Located) -> list[Known]:
    """Return the other regency that a point close to its border may be in, when only the point speaks."""
    if point.near is None or not is_region(point.near) or regency_of(point.near) == regency_of(point.code):
        return []
    return [Known(point.near, 1 - point.confidence, "")]


def _notes(given_region: str | None, coordinates: tuple[float, float] | None, point: Located | None) -> list[str]:
    notes = []
    if given_region and not is_region(given_region):
        notes.append("kode wilayah yang dikirim tidak dikenal")
    if coordinates is not None and not in_province(*coordinates):
        notes.append("koordinat di luar NTB: tidak dipakai")
    elif coordinates is not None and point is None:
        notes.append("koordinat di dalam NTB")
    return notes
