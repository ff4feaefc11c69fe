"""Where a point lies: the operator's boundaries (GeoJSON), each set with the days that it holds for.

The repository ships none. A set is a FeatureCollection of kecamatan (or villages, or regencies) in WGS 84; each
feature's properties hold `code` (Kemendagri, dotted), and `name` and `type` where known.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from shapely import STRtree, make_valid
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from services.routing.rules.place_known import Located
from shared.core.errors import ExplainedError
from shared.directory.regions import NTB_BOX, PROVINCE_CODE, is_region, regency_of, region

#: Sides may be drawn some hundred metres wrong, and a telephone's position too: about 500 m, in degrees.
BORDER = 0.0045
#: A point on a jetty or in a boat belongs to the nearest coast: about 2 km, in degrees.
COAST = 0.018
_INSIDE, _NEAR_NEIGHBOUR, _NEAR_REGENCY, _AT_SEA = 0.93, 0.8, 0.6, 0.7
_BOX_MARGIN = 0.05


class BoundariesError(ExplainedError):
    """A file of boundaries cannot be used; the text names the file and the feature."""


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A GeoJSON file and its first and last day (None: still in force)."""

    path: Path
    valid_from: date
    valid_to: date | None = None


class _Set:
    """The shapes of one file, with an index over them."""

    def __init__(self, file: BoundaryFile, content: bytes) -> None:
        self.file = file
        shapes = _read(file.path, content)
        self.codes = list(shapes)
        self.shapes = list(shapes.values())
        self.tree = STRtree(self.shapes)
        self.version = f"{file.valid_from.isoformat()}+{hashlib.sha256(content).hexdigest()[:10]}"

    def holds(self, day: date) -> bool:
        return self.file.valid_from <= day and (self.file.valid_to is None or day <= self.file.valid_to)

    def locate(self, lat: float, lon: float) -> Located | None:
        point = Point(lon, lat)
        around = [(self.shapes[i].distance(point), self.codes[i]) for i in self.tree.query(point.buffer(COAST))]
        around = sorted((distance, code) for distance, code in around if distance <= COAST)
        if not around:
            return None
        code = around[0][1]
        near = [other for distance, other in around[1:] if distance <= max(BORDER, around[0][0])]
        neighbour = min(near, key=lambda other: regency_of(other) == regency_of(code), default=None)
        return Located(code, _confidence(around[0][0], code, neighbour), neighbour)


def _confidence(distance: float, code: str, neighbour: str | None) -> float:
    sure = _INSIDE if distance == 0 else _AT_SEA
    if neighbour is None:
        return sure
    return min(sure, _NEAR_NEIGHBOUR if regency_of(neighbour) == regency_of(code) else _NEAR_REGENCY)


class Boundaries:
    """All sets of boundaries; without a file every point is None."""

    def __init__(self, sets: Sequence[_Set] = ()) -> None:
        """Take sets whose days do not overlap (`load_boundaries`)."""
        self._sets = tuple(sets)

    def locate(self, lat: float, lon: float, *, on: date) -> Located | None:
        """Return the region of a point (degrees, WGS 84) as its borders were on that day.

        Within some 500 m of a border it is less sure and names the other side; a point up to some 2 km off the
        coast belongs to the nearest region. None far outside, or on a day that no set holds for.
        """
        found = self._on(on)
        return found.locate(lat, lon) if found else None

    def version(self, *, on: date) -> str | None:
        """Return the first day and the hash of the set that holds on a day."""
        found = self._on(on)
        return found.version if found else None

    def _on(self, day: date) -> _Set | None:
        return next((one for one in self._sets if one.holds(day)), None)


def load_boundaries(files: Iterable[BoundaryFile]) -> Boundaries:
    """Read and check every file; `BoundariesError` for what cannot be read, is unknown, twice or overlaps in days."""
    ordered = sorted(files, key=lambda file: file.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise BoundariesError(f"{later.path}: its days overlap those of {earlier.path}")
    for file in ordered:
        if file.valid_to is not None and file.valid_to < file.valid_from:
            raise BoundariesError(f"{file.path}: it ends before it begins")
    return Boundaries([_Set(file, _content(file.path)) for file in ordered])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BoundariesError(f"{path}: cannot be read ({error.strerror})") from error


def _read(path: Path, content: bytes) -> dict[str, BaseGeometry]:
    try:
        features = json.loads(content)["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BoundariesError(f"{path}: is no GeoJSON FeatureCollection") from error
    if not isinstance(features, list) or not features:
        raise BoundariesError(f"{path}: has no features")
    found: dict[str, BaseGeometry] = {}
    for number, feature in enumerate(features, start=1):
        code = _code(path, number, feature)
        if code in found:
            raise BoundariesError(f"{path}: feature {number}: {code} stands twice")
        found[code] = _shape(path, number, code, feature)
    if len({code.count(".") for code in found}) > 1:
        raise BoundariesError(f"{path}: holds regions of several levels; one level covers each point once")
    return found


def _code(path: Path, number: int, feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    if not isinstance(code, str) or code == PROVINCE_CODE or not is_region(code):
        raise BoundariesError(f"{path}: feature {number}: {code!r} is no regency, kecamatan or village of the province")
    return code


def _shape(path: Path, number: int, code: str, feature: dict[str, Any]) -> BaseGeometry:
    where = f"{path}: feature {number} ({code} {region(code).name})"
    try:
        found = shape(feature["geometry"])
        mended = found if found.is_valid else make_valid(found)
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise BoundariesError(f"{where}: its geometry cannot be read") from error
    if mended.is_empty or mended.area == 0:
        raise BoundariesError(f"{where}: its geometry is no area")
    south, north, west, east = NTB_BOX
    left, bottom, right, top = mended.bounds
    m = _BOX_MARGIN
    if not (west - m <= left and right <= east + m and south - m <= bottom and top <= north + m):
        raise BoundariesError(f"{where}: lies outside the province (degrees, WGS 84, longitude first)")
    return mended
