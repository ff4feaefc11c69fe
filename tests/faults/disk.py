"""A disk that can be filled without harm: a small tmpfs where we are root, otherwise a folder that refuses writes."""

import os
import subprocess
from pathlib import Path

_MEGABYTES = 256
"""Intake leaves 64 of them free, and takes a disk with less for full."""
_BLOCK = b"\0" * 65_536


class SmallDisk:
    """What keeps the attachments' contents."""

    def __init__(self, folder: Path) -> None:
        """Choose the folder; nothing is done before `mount`."""
        self.folder = folder
        self._mounted = False

    @property
    def kind(self) -> str:
        """Say what it is, for the report."""
        return f"a tmpfs of {_MEGABYTES} MB" if self._mounted else "a folder without the right to write"

    def mount(self) -> None:
        """Mount the tmpfs, if we may."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=0700", "tmpfs", str(self.folder)]
        self._mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        """Give it back."""
        if self._mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)
            self._mounted = False

    def fill(self) -> int:
        """Leave no room; return how many bytes are free."""
        if not self._mounted:
            self.folder.chmod(0o500)
            return 0
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while filler.write(_BLOCK):
                    pass
            except OSError:
                pass
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_bsize

    def empty(self) -> None:
        """Make room again."""
        if self._mounted:
            self._filler.unlink(missing_ok=True)
        else:
            self.folder.chmod(0o700)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"
