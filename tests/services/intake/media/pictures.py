"""Photos and recordings as telephones make them, and as forgers do."""

import io
import struct
import zlib
from functools import cache

from PIL import ExifTags, Image, PngImagePlugin

SECRET = b"Kamera milik Baiq Contoh"
MATARAM = (-8.583333, 116.116667)
JAKARTA = (-6.2, 106.816667)


def exif(
    place: tuple[float, float] = MATARAM, taken: str = "2026:09:21 08:15:00", offset: str = "+08:00"
) -> Image.Exif:
    """What a telephone writes: owner, orientation (turned), time, place."""
    found = Image.Exif()
    found[ExifTags.Base.Artist] = SECRET.decode()
    found[ExifTags.Base.Orientation] = 6
    found.get_ifd(ExifTags.IFD.Exif).update({0x9003: taken, 0x9011: offset})
    latitude, longitude = place
    found.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "S" if latitude < 0 else "N", 2: degrees(latitude), 3: "E", 4: degrees(longitude)}
    )
    return found


def degrees(value: float) -> tuple[float, float, float]:
    minutes = (abs(value) % 1) * 60
    return float(int(abs(value))), float(int(minutes)), round(minutes % 1 * 60, 3)


def scene(mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((48, 32)).convert(mode)


@cache
def jpeg(place: tuple[float, float] = MATARAM) -> bytes:
    return written("JPEG", exif=exif(place), comment=SECRET, icc_profile=SECRET, xmp=b"<x:xmpmeta>" + SECRET) + SECRET


def png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return written("PNG", exif=exif(), pnginfo=notes, icc_profile=SECRET)


def webp() -> bytes:
    return written("WEBP", exif=exif(), xmp=SECRET, icc_profile=SECRET)


def gif() -> bytes:
    return written("GIF")


def written(name: str, **options: object) -> bytes:
    out = io.BytesIO()
    scene().save(out, name, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of any size whose pixels are all the same: some kilobytes that unpack into gigabytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def ftyp(brand: bytes) -> bytes:
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand)


def heic(*, place: tuple[float, float] = MATARAM, length: int | None = None, extents: int = 1) -> bytes:
    """A HEIC file (ISO/IEC 23008-12) with a picture, Exif and XMP as items, one of them in `idat`."""
    picture = b"\x00\x01picture of the hole\x02\x03" * 20
    inner = exif(place).tobytes()
    about = struct.pack(">I", 6) + (inner if inner.startswith(b"Exif") else b"Exif\x00\x00" + inner)
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    infe = b"".join(
        box(b"infe", struct.pack(">IHH4s", 2 << 24, item, 0, kind) + b"\x00" + rest)
        for item, kind, rest in ((1, b"hvc1", b""), (2, b"Exif", b""), (3, b"mime", b"application/rdf+xml\x00"))
    )
    iinf = box(b"iinf", struct.pack(">IH", 0, 3) + infe)
    iprp = box(b"iprp", box(b"ipco"))

    def meta(start: int) -> bytes:
        places = ((1, 0, start, len(picture)), (2, 0, start + len(picture), length or len(about)), (3, 1, 0, len(xmp)))
        items = b"".join(
            struct.pack(">HHHH", item, method, 0, extents) + struct.pack(">II", offset, size) * extents
            for item, method, offset, size in places
        )
        iloc = box(b"iloc", struct.pack(">IBBH", 1 << 24, 0x44, 0x00, 3) + items)
        return box(b"meta", bytes(4) + box(b"hdlr", bytes(24)) + iinf + iloc + iprp + box(b"idat", xmp))

    head = ftyp(b"heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", picture + about)


def video(brand: bytes = b"isom") -> bytes:
    """A recording as Android and Apple make it, with the place in user data, keys and XMP."""
    track = box(b"trak", box(b"tkhd", bytes(84)) + box(b"udta", SECRET) + box(b"mdia", box(b"minf", box(b"stbl"))))
    keys = box(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709") + box(b"ilst", b"-08.5833+116.1166/"))
    place = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7-08.5833+116.1166/"))
    head = box(b"ftyp", brand + bytes(4) + brand)
    moov = box(b"moov", box(b"mvhd", bytes(100)) + track + keys + place)
    return head + moov + box(b"uuid", bytes(16) + SECRET) + box(b"mdat", b"frames" * 200)
