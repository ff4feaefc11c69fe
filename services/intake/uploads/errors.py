"""What can be wrong with an upload; every answer of tus carries its version."""

from collections.abc import Mapping
from typing import ClassVar

from shared.core.errors import ProblemError

VERSION = "1.0.0"


class UploadError(ProblemError):
    """A request that cannot be done."""

    headers: ClassVar[Mapping[str, str]] = {"tus-resumable": VERSION}


class NoDeviceError(UploadError):
    """An upload belongs to a device, and this request names none."""

    status = 401


class UnknownUploadError(UploadError):
    """No such upload, or another device's."""

    status = 404


class OffsetError(UploadError):
    """The request goes on from where we are not; `HEAD` tells where."""

    status = 409


class GoneUploadError(UploadError):
    """Its time was over, or it was taken back."""

    status = 410


class VersionError(UploadError):
    """Another version of tus."""

    status = 412
    headers: ClassVar[Mapping[str, str]] = {"tus-resumable": VERSION, "tus-version": VERSION}


class TooLargeError(UploadError):
    """More than was announced, or than we take."""

    status = 413


class WrongTypeError(UploadError):
    """The body is not `application/offset+octet-stream`."""

    status = 415


class TooManyError(UploadError):
    """This device has uploaded enough for a day, or too many requests come from it or its address."""

    status = 429


class ChecksumError(UploadError):
    """The bytes are not those that were summed up; nothing of them is kept."""

    status = 460


class FullError(UploadError):
    """There is no room now."""

    status = 503
