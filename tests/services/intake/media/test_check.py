"""What may be kept is decided by a content's own bytes."""

import io
import tarfile
import zipfile

import pytest

from services.intake.media.check import ContentRefusedError, check, media_type_of
from tests.services.intake.media import pictures

MB = 1024 * 1024
KEPT = {
    "image/jpeg": pictures.jpeg(),
    "image/png": pictures.png(),
    "image/webp": pictures.webp(),
    "image/gif": pictures.gif(),
    "image/heic": pictures.heic(),
    "video/mp4": pictures.video(b"iso5"),
    "video/quicktime": pictures.video(b"qt  "),
    "video/3gpp": pictures.video(b"3gp4"),
    "audio/mp4": pictures.video(b"M4A "),
    "audio/aac": bytes.fromhex("fff15080043ffc") + bytes(64),
    "audio/amr": b"#!AMR\n" + bytes(64),
    "audio/ogg": b"OggS\x00\x02" + bytes(64),
    "audio/mpeg": b"ID3\x03\x00" + bytes(64),
    "application/pdf": b"%PDF-1.7\n" + bytes(64),
}


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bukti.jpg", pictures.jpeg())
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("bukti.jpg"))
    return out.getvalue()


REFUSED = {
    "empty": (b"", "empty"),
    "zip, docx, apk": (zipped(), "archive"),
    "tar": (tarred(), "archive"),
    "gzip": (b"\x1f\x8b\x08" + bytes(60), "archive"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "archive"),
    "7z": (bytes.fromhex("377abcaf271c0004"), "archive"),
    "html": (b"<!doctype html><script>alert(1)</script>", "unknown_type"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown_type"),
    "a windows program": (b"MZ\x90\x00" + bytes(60), "unknown_type"),
    "an avif that calls itself mif1": (pictures.box(b"ftyp", b"mif1\x00\x00\x00\x00mif1avif"), "unknown_type"),
    "a ftyp of nothing": (b"\x00\x00\x00\x08ftyp", "unknown_type"),
    "a ftyp of four gigabytes": (b"\xff\xff\xff\xffftypxxxx", "unknown_type"),
}


def reason(content: bytes, *, kind="file", claimed=None, largest=MB) -> str:
    with pytest.raises(ContentRefusedError) as refused:
        check(content, kind=kind, claimed=claimed, largest=largest)
    return refused.value.reason


@pytest.mark.parametrize("media_type", KEPT)
def test_a_kept_type_is_known_by_its_bytes(media_type):
    assert media_type_of(KEPT[media_type]) == media_type
    assert check(KEPT[media_type], kind="file", claimed=None, largest=MB) == media_type
    assert check(KEPT[media_type], kind="file", claimed=f"{media_type}; charset=x", largest=MB) == media_type


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused_with_its_reason(case):
    content, expected = REFUSED[case]
    assert reason(content) == expected


@pytest.mark.parametrize(
    ("content", "kind", "claimed"),
    [
        (KEPT["video/mp4"], "image", "image/jpeg"),
        (KEPT["application/pdf"], "image", None),
        (KEPT["image/jpeg"], "file", "application/pdf"),
        (KEPT["image/jpeg"], "video", "video/mp4"),
        (KEPT["image/jpeg"], "image", "text/html"),
        (KEPT["image/png"], "audio", "image/png"),
    ],
)
def test_a_content_that_is_not_what_was_said_is_a_lie(content, kind, claimed):
    assert reason(content, kind=kind, claimed=claimed) == "lies_about_type"


@pytest.mark.parametrize(
    ("content", "kind", "claimed"),
    [
        (KEPT["image/webp"], "image", "image/jpeg"),
        (KEPT["video/mp4"], "audio", "audio/mp4"),
        (KEPT["audio/mp4"], "video", "audio/mpeg"),
        (KEPT["image/jpeg"], "image", "application/octet-stream"),
        (KEPT["image/png"], "share", "image/png"),
    ],
)
def test_what_can_pass_for_one_another_is_no_lie(content, kind, claimed):
    assert check(content, kind=kind, claimed=claimed, largest=MB)


def test_one_byte_too_many_is_refused():
    content = KEPT["image/png"]
    assert check(content, kind="image", claimed=None, largest=len(content)) == "image/png"
    assert reason(content, kind="image", largest=len(content) - 1) == "too_large"
