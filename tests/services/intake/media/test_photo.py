"""A photo loses everything but its picture; place and time stay as hints where the citizen agreed, and only then."""

import asyncio
import io
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.intake.media.boxes import clean_heic
from services.intake.media.prepare import Prepared, Refusal, prepare, prepare_now
from tests.growth import processor_seconds
from tests.services.intake.media import pictures

LARGEST = 25 * 1024 * 1024
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")
PHOTOS: dict[str, Callable[..., bytes]] = {
    "jpeg": pictures.jpeg,
    "png": pictures.png,
    "webp": pictures.webp,
    "heic": pictures.heic,
}


def prepared(content: bytes, *, kind="image", keep_hints=False) -> Prepared:
    result = prepare_now(content, kind=kind, claimed=None, largest=LARGEST, keep_hints=keep_hints)
    assert isinstance(result, Prepared), result
    return result


def hints_of(content: bytes) -> Mapping[str, Any]:
    found = prepared(content, keep_hints=True).hints
    assert found is not None
    return found


def reason(content: bytes, kind="image") -> str:
    result = prepare_now(content, kind=kind, claimed=None, largest=LARGEST)
    assert isinstance(result, Refusal)
    return result.reason


@pytest.mark.parametrize("name", PHOTOS)
def test_nothing_but_the_picture_is_kept(name):
    content = PHOTOS[name]()
    assert pictures.SECRET in content
    assert b"2026:09:21" in content
    kept = prepared(content)
    for hidden in (pictures.SECRET, b"2026:09:21", b"xmpmeta", b"Exif\x00\x00M", b"Exif\x00\x00I"):
        assert hidden not in kept.content
    assert (kept.hints, kept.size) == (None, len(kept.content))


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_the_picture_itself_stays_and_stands_upright(name):
    before = pictures.scene().transpose(Image.Transpose.ROTATE_270)
    after = Image.open(io.BytesIO(prepared(PHOTOS[name]()).content))
    assert after.size == before.size
    assert not after.getexif()
    assert "icc_profile" not in after.info
    pairs = zip(before.convert("L").tobytes(), after.convert("L").tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) < 16


def test_a_photo_of_heic_keeps_its_picture_to_the_byte():
    content = pictures.heic()
    kept = prepared(content).content
    assert len(kept) == len(content)
    picture = b"\x00\x01picture of the hole\x02\x03" * 20
    assert kept[content.index(picture) :].startswith(picture)


@pytest.mark.parametrize("name", PHOTOS)
def test_place_and_time_stay_as_hints_with_consent(name):
    hints = hints_of(PHOTOS[name]())
    assert hints["latitude"] == pytest.approx(-8.583333, abs=1e-5)
    assert hints["longitude"] == pytest.approx(116.116667, abs=1e-5)
    assert hints["taken_at"] == "2026-09-21T08:15:00+08:00"


@pytest.mark.parametrize("make", [pictures.jpeg, lambda place: pictures.heic(place=place)])
def test_a_place_outside_the_province_is_no_hint(make):
    assert prepared(make(pictures.JAKARTA), keep_hints=True).hints == {"taken_at": "2026-09-21T08:15:00+08:00"}


def test_a_time_without_an_offset_stays_without_one():
    content = pictures.written("JPEG", exif=pictures.exif(offset=""))
    assert hints_of(content)["taken_at"] == "2026-09-21T08:15:00"


def test_hints_that_make_no_sense_do_not_cost_the_photo():
    content = pictures.written("JPEG", exif=pictures.exif(taken="kemarin"))
    assert prepared(content, keep_hints=True).hints is None


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"3gp4", b"M4A "])
def test_a_recording_loses_its_place_and_plays_as_before(brand):
    content = pictures.video(brand)
    kept = prepared(content, kind="video").content
    for hidden in (pictures.SECRET, b"+116.1166", b"location"):
        assert hidden in content
        assert hidden not in kept
    assert len(kept) == len(content)
    assert kept[-1208:] == content[-1208:], "mdat is where it was"
    assert kept.count(b"free") == 4


def test_a_bomb_is_refused_without_being_unpacked():
    tracemalloc.start()
    assert reason(pictures.png_of(50_000, 50_000)) == "bomb"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("size", [(4900, 4900), (8001, 8000), (12_000, 12_000)])
def test_a_photo_of_more_pixels_than_any_telephone_takes_is_a_bomb(size):
    assert reason(pictures.png_of(*size)) == "bomb"


def test_a_photo_of_a_thousand_passes_is_a_bomb():
    assert reason(pictures.written("JPEG", progressive=True) + b"\xff\xda" * 1000) == "bomb"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pictures.ftyp(b"isom") + pictures.box(b"free") * 2_000_000, "video"),
        (pictures.ftyp(b"heic") + pictures.box(b"free") * 2_000_000, "image"),
        (pictures.heic(extents=60_000), "image"),
    ],
)
def test_a_content_that_is_made_to_keep_us_busy_is_refused_at_once(content, kind):
    assert reason(content, kind) == "broken"
    assert processor_seconds(lambda: reason(content, kind)) < 1


@pytest.mark.parametrize(
    "content",
    [
        pictures.jpeg()[:200],
        pictures.png()[:60],
        pictures.webp()[:40],
        pictures.gif()[:9],
        pictures.heic()[:100],
        pictures.heic(length=0xFFFFFF),
        b"\xff\xd8\xff\xe0" + bytes(100),
    ],
)
def test_a_photo_that_cannot_be_read_is_refused(content):
    assert reason(content) == "broken"


def test_a_heic_photo_whose_tables_lie_is_not_kept_with_its_place():
    content = pictures.heic()
    table = content.index(b"iloc")
    assert reason(content[: table + 8] + b"\x99" + content[table + 9 :]) == "broken"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_makes_it_raise(data):
    content = bytearray(data.draw(st.sampled_from([make() for make in (*PHOTOS.values(), pictures.video)])))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(16, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        result = prepare_now(damaged, kind="file", claimed=None, largest=LARGEST, keep_hints=True)
        assert isinstance(result, (Prepared, Refusal))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_behind_a_magic_make_it_raise(tail):
    for magic in (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", b"\x00\x00\x00\x10ftypqt  \x00\x00\x00\x00"):
        assert prepare_now(magic + tail, kind="file", claimed=None, largest=LARGEST)


async def test_the_loop_goes_on_while_a_large_photo_is_written_anew():
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(out, "JPEG", quality=85)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    heart = asyncio.create_task(beat())
    result = await prepare(out.getvalue(), kind="image", claimed="image/jpeg", largest=LARGEST)
    heart.cancel()
    assert isinstance(result, Prepared)
    assert result.size < 1.2 * len(out.getvalue())
    assert beats > 5


def test_a_heic_photo_that_ends_in_the_middle_of_its_tables_is_refused():
    tables = pictures.box(b"iloc", bytes(16)) + pictures.box(b"iinf", bytes(6) + pictures.box(b"infe"))
    assert reason(pictures.ftyp(b"heic") + pictures.box(b"meta", bytes(4) + tables)) == "broken"


def test_a_heic_photo_whose_exif_nobody_can_read_is_kept_without_hints():
    content = pictures.heic().replace(b"MM\x00*", b"\x00M\x00*").replace(b"II*\x00", b"\x00I*\x00")
    assert content != pictures.heic()
    result = prepared(content, keep_hints=True)
    assert isinstance(result, Prepared)
    assert not result.hints


def test_the_exif_of_a_heic_photo_is_found_where_its_table_says():
    _, exif = clean_heic(pictures.heic())
    assert exif is not None
    assert exif[:2] in {b"II", b"MM"}
