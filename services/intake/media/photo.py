"""Photos lose what they say beside their picture: the camera's place, time and owner, thumbnails, comments, profiles.

Import it late: Pillow is 15 MB of memory that a door without photos does not need.
"""

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageOps, JpegImagePlugin

from services.intake.media.boxes import clean_heic
from services.intake.media.check import ContentRefusedError
from shared.directory.regions import in_province

MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000, "GIF": 24_000_000}
"""Width times height. Cameras write JPEG, telephones' largest ordinary photos have 50 million; screenshots have ten.
The worst of them takes four seconds and 400 MB for a moment."""
_MOST_SCANS = 100
"""Passes of a progressive JPEG, where ten are usual: each costs as much as the whole picture."""
_SCAN = b"\xff\xda"

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_MODES = {"JPEG": {"RGB", "L", "CMYK"}, "WEBP": {"RGB", "RGBA"}}
_QUALITY = 88
_OPTIONS: dict[str, dict[str, Any]] = {"PNG": {"compress_level": 3}, "WEBP": {"quality": _QUALITY, "method": 1}}
_OFFSET_TIME_ORIGINAL = 0x9011

Image.MAX_IMAGE_PIXELS = MOST_PIXELS["JPEG"]
warnings.filterwarnings("ignore", module=r"PIL\.")  # what it warns of is refused below, or only a hint


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo without anything beside its picture, and what was found there: `latitude`, `longitude`, `taken_at`."""

    content: bytes
    hints: Mapping[str, Any]


def clean_photo(content: bytes, media_type: str) -> CleanPhoto:
    """Take everything but the picture out of a photo; raises `ContentRefusedError` (`bomb`, `broken`).

    JPEG, PNG and WebP are written anew, turned upright, JPEG with its own tables of quality; of a moving one the first
    picture stays. HEIC keeps its bytes, the hidden ones zeroed. GIF cannot hold a place and is only looked at.
    """
    if media_type == "image/heic":
        cleaned, exif = clean_heic(content)
        return CleanPhoto(cleaned, _hints(lambda: _read_exif(exif)))
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as photo:
            _refuse_bomb(photo, content, _FORMATS[media_type])
            if media_type == "image/gif":
                return CleanPhoto(content, {})
            hints = _hints(photo.getexif)
            return CleanPhoto(_written_anew(photo, _FORMATS[media_type]), hints)
    except Image.DecompressionBombError:
        raise ContentRefusedError("bomb") from None
    except ContentRefusedError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's readers raise what they like for what a stranger made
        raise ContentRefusedError("broken") from None


def _refuse_bomb(photo: Image.Image, content: bytes, name: str) -> None:
    if photo.width * photo.height > MOST_PIXELS[name] or (name == "JPEG" and content.count(_SCAN) > _MOST_SCANS):
        raise ContentRefusedError("bomb")


def _written_anew(photo: Image.Image, name: str) -> bytes:
    options = _jpeg_options(photo) if name == "JPEG" else _OPTIONS[name]
    ImageOps.exif_transpose(photo, in_place=True)
    if photo.mode not in _MODES.get(name, {photo.mode}):
        photo = photo.convert("RGBA" if name == "WEBP" and photo.has_transparency_data else "RGB")
    transparent = photo.info.get("transparency")
    photo.info = {} if transparent is None else {"transparency": transparent}
    written = io.BytesIO()
    photo.save(written, name, **options)
    return written.getvalue()


def _jpeg_options(photo: Image.Image) -> dict[str, Any]:
    """Keep the photo's own quality: the size stays about the same, and the loss small."""
    tables = getattr(photo, "quantization", None)
    sampling = JpegImagePlugin.get_sampling(photo) if isinstance(photo, JpegImagePlugin.JpegImageFile) else -1
    return {"qtables": tables, "subsampling": sampling} if tables else {"quality": _QUALITY}


def _read_exif(exif: bytes | None) -> Image.Exif:
    found = Image.Exif()
    if exif:
        found.load(b"Exif\x00\x00" + exif)
    return found


def _hints(read: Callable[[], Image.Exif]) -> dict[str, Any]:
    """Return the place, if it is in the province, and the time, as far as they can be read."""
    try:
        exif = read()
        return {**_place(exif.get_ifd(ExifTags.IFD.GPSInfo)), **_time(exif.get_ifd(ExifTags.IFD.Exif))}
    except Exception:  # noqa: BLE001 - a hint of a stranger's making is no reason to lose the photo
        return {}


def _place(gps: Mapping[int, Any]) -> dict[str, float]:
    tags = ExifTags.GPS
    if tags.GPSLatitude not in gps or tags.GPSLongitude not in gps:
        return {}
    latitude = _degrees(gps[tags.GPSLatitude], negative=gps.get(tags.GPSLatitudeRef) == "S")
    longitude = _degrees(gps[tags.GPSLongitude], negative=gps.get(tags.GPSLongitudeRef) == "W")
    return {"latitude": latitude, "longitude": longitude} if in_province(latitude, longitude) else {}


def _degrees(parts: tuple[Any, Any, Any], *, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -value if negative else value


def _time(exif: Mapping[int, Any]) -> dict[str, str]:
    """Return the camera's time; without an offset when the camera told none."""
    said = exif.get(ExifTags.Base.DateTimeOriginal)
    if not said:
        return {}
    offset = str(exif.get(_OFFSET_TIME_ORIGINAL) or "").strip("\x00 ")
    taken = datetime.strptime(str(said).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - Exif knows no zone
    return {"taken_at": datetime.fromisoformat(taken.isoformat() + offset).isoformat()}
