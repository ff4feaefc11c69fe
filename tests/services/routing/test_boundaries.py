"""Boundaries that an operator supplies: where a point lies, and what is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from services.routing.boundaries import Boundaries, BoundariesError, BoundaryFile, load_boundaries
from services.routing.rules.place_known import Located
from tests.beside import beside

DAY = date(2026, 11, 30)


def square(west: float, south: float, size: float = 0.1) -> dict[str, object]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: object, geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def at(boundaries: Boundaries, lat: float, lon: float, on: date = DAY) -> Located:
    found = boundaries.locate(lat, lon, on=on)
    assert found is not None
    return found


def write(folder: Path, *features: object, name: str = "batas.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def three(tmp_path) -> Boundaries:
    """Pujut, Praya Timur east of it, and Keruak (another regency) east of that."""
    path = write(
        tmp_path,
        feature("52.02.04", square(116.2, -8.9)),
        feature("52.02.06", square(116.3, -8.9)),
        feature("52.03.01", square(116.4, -8.9)),
    )
    return load_boundaries([BoundaryFile(path, date(2020, 1, 1))])


def test_a_point_inside_is_sure_and_beside_a_border_less(three):
    inside = at(three, -8.85, 116.25)
    neighbour = at(three, -8.85, 116.299)
    regency = at(three, -8.85, 116.399)
    assert (inside.code, inside.near) == ("52.02.04", None)
    assert (neighbour.code, neighbour.near) == ("52.02.04", "52.02.06")
    assert (regency.code, regency.near) == ("52.02.06", "52.03.01")
    assert inside.confidence > neighbour.confidence > regency.confidence


def test_a_point_a_little_at_sea_belongs_to_the_nearest_coast(three):
    assert at(three, -8.91, 116.25).code == "52.02.04"
    assert at(three, -8.91, 116.25).confidence < at(three, -8.85, 116.25).confidence
    assert three.locate(-8.93, 116.25, on=DAY) is None


def test_without_boundaries_no_point_lies_anywhere(three):
    assert Boundaries().locate(-8.85, 116.25, on=DAY) is None
    assert load_boundaries([]).version(on=DAY) is None
    assert three.locate(-8.85, 116.25, on=date(2019, 12, 31)) is None


def test_each_day_has_its_own_borders(tmp_path):
    old = BoundaryFile(
        write(tmp_path, feature("52.02.04", square(116.2, -8.9)), name="a"), date(2020, 1, 1), date(2025, 12, 31)
    )
    new = BoundaryFile(write(tmp_path, feature("52.02.06", square(116.2, -8.9)), name="b"), date(2026, 1, 1))
    both = load_boundaries([new, old])
    assert at(both, -8.85, 116.25, date(2025, 12, 31)).code == "52.02.04"
    assert at(both, -8.85, 116.25, date(2026, 1, 1)).code == "52.02.06"
    assert (both.version(on=DAY) or "").startswith("2026-01-01+")
    assert both.version(on=DAY) != both.version(on=date(2025, 1, 1))


def test_days_that_overlap_are_refused(tmp_path):
    path = write(tmp_path, feature("52.02.04", square(116.2, -8.9)))
    with pytest.raises(BoundariesError, match="overlap"):
        load_boundaries([BoundaryFile(path, date(2020, 1, 1)), BoundaryFile(path, date(2021, 1, 1))])
    with pytest.raises(BoundariesError, match="ends before"):
        load_boundaries([BoundaryFile(path, date(2020, 1, 1), date(2019, 1, 1))])


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([], "no features"),
        ([feature("52.99", square(116.2, -8.9))], "feature 1: '52.99'"),
        ([feature(None, square(116.2, -8.9))], "feature 1: None"),
        ([feature("52", square(116.2, -8.9))], "feature 1: '52'"),
        (["x"], "feature 1"),
        ([feature("52.02.04", square(116.2, -8.9))] * 2, "feature 2: 52.02.04 stands twice"),
        ([feature("52.02.04", square(-8.9, 116.2))], r"feature 1 \(52.02.04 Pujut\): lies outside"),
        ([feature("52.02.04", square(106.8, -6.2))], "lies outside"),
        ([feature("52.02.04", None)], "geometry"),
        ([feature("52.02.04", {"type": "Point", "coordinates": [116.2, -8.9]})], "is no area"),
        ([feature("52.02.04", {"type": "Polygon", "coordinates": "x"})], "geometry"),
        ([feature("52.02.04", square(116.2, -8.9)), feature("52.03", square(116.4, -8.9))], "several levels"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_and_feature(tmp_path, features, said):
    path = write(tmp_path, *features)
    with pytest.raises(BoundariesError, match=said) as refused:
        load_boundaries([BoundaryFile(path, DAY)])
    assert "batas.geojson" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"null", b'{"features": 3}'])
def test_what_is_no_geojson_is_refused(tmp_path, content):
    path = tmp_path / "batas.geojson"
    path.write_bytes(content)
    with pytest.raises(BoundariesError, match=r"batas\.geojson"):
        load_boundaries([BoundaryFile(path, DAY)])
    with pytest.raises(BoundariesError, match="cannot be read"):
        load_boundaries([BoundaryFile(tmp_path / "none", DAY)])


def test_a_polygon_that_crosses_itself_is_mended(tmp_path):
    bow = [[116.2, -8.9], [116.3, -8.8], [116.3, -8.9], [116.2, -8.8], [116.2, -8.9]]
    path = write(tmp_path, feature("52.02.04", {"type": "Polygon", "coordinates": [bow]}))
    assert at(load_boundaries([BoundaryFile(path, DAY)]), -8.85, 116.22).code == "52.02.04"


def test_the_provinces_boundaries_place_known_points():
    path = beside("ntb_kecamatan.geojson")
    if path is None:
        return
    real = load_boundaries([BoundaryFile(path, date(2020, 1, 1))])
    middles = json.loads(path.read_text(encoding="utf-8"))["features"]
    right = [
        at(real, one["properties"]["lat"], one["properties"]["lon"]).code == one["properties"]["code"]
        for one in middles
    ]
    assert sum(right) / len(right) >= 0.95
    assert at(real, -8.35, 116.04).code == "52.08.05"  # Gili Trawangan
    assert real.locate(-7.25, 112.75, on=DAY) is None
