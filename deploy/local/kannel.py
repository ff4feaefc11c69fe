"""Kannel itself, from Debian's packages: bearerbox and smsbox on loopback, with `deploy/kannel`'s configuration."""

import os
import re
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from deploy.local.processes import Child, ServerError, free_port
from deploy.local.server import Server
from shared.http.client import HTTPError, client

HOST = "127.0.0.1"
TEMPLATES = Path(__file__).resolve().parents[1] / "kannel"
START_SECONDS = 60
STOP_SECONDS = 3  # a bearerbox that holds messages for an absent smsbox waits ten; they are on disk already
# Debian puts the programs where an ordinary user's PATH does not look, and fakesmsc into none.
_FOLDERS = ("/usr/sbin", "/usr/lib/kannel/test")
_STATUS = re.compile(r"SMS: received (\d+) \((\d+) queued\), sent (\d+) \((\d+) queued\), store size (\d+)")


def kannel_available() -> str | None:
    """Return why Kannel cannot run here and what to do, or None where it can."""
    missing = [name for name in ("bearerbox", "smsbox", "fakesmsc") if program(name) is None]
    if not missing:
        return None
    return f"no {', '.join(missing)} on this machine: `apt-get install kannel kannel-extras`"


def program(name: str) -> str | None:
    """Find one of Kannel's programs."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_FOLDERS]))


@dataclass(frozen=True, slots=True)
class KannelStatus:
    """What bearerbox's status page says: smsboxes and operators connected, messages since the start."""

    boxes: int
    operators: int
    received: int
    sent: int
    stored: int


class Kannel(Server):
    """One Kannel whose whole state is `folder`, on free ports of 127.0.0.1.

    `door_url` is our door with its token and without a query; it is read at the start, because the door itself may
    have to know `sendsms_url` first. What smsbox cannot deliver it sends again every
    `retry_seconds`. The passwords are drawn where none is given; they stand in `<folder>/kannel.conf` (0600) only.
    Operators are files in `<folder>/operators`: the fake one for `Handset`, and what a caller puts there before the
    start. Raises `ServerError` (`FolderInUseError` for a second starter).
    """

    def __init__(
        self,
        folder: Path,
        *,
        door_url: str,
        sender: str = "1708",
        username: str = "ntbcare",
        password: str | None = None,
        retry_seconds: int = 10,
    ) -> None:
        super().__init__(folder)
        self.operators = self.folder / "operators"
        self.door_url = door_url
        self.username = username
        self.password = password or secrets.token_hex(16)
        self.ports = _Ports()
        self.bearerbox = Child("bearerbox", self.folder)
        self.smsbox = Child("smsbox", self.folder)
        self._status_password = secrets.token_hex(16)
        self._settings = {
            "KANNEL_ADDRESS": HOST,
            "KANNEL_CLIENTS": HOST,
            "KANNEL_ADMIN_PORT": self.ports.admin,
            "KANNEL_SMSBOX_PORT": self.ports.smsbox,
            "KANNEL_SENDSMS_PORT": self.ports.sendsms,
            "KANNEL_FAKE_PORT": self.ports.fake_operator,
            "KANNEL_STATE": self.folder,
            "KANNEL_LOGS": self.folder,
            "KANNEL_SMSC": self.operators,
            "KANNEL_SENDER": sender,
            "KANNEL_RETRY_SECONDS": retry_seconds,
            "KANNEL_ADMIN_PASSWORD": secrets.token_hex(16),
            "KANNEL_STATUS_PASSWORD": self._status_password,
            "KANNEL_SENDSMS_USERNAME": username,
            "KANNEL_SENDSMS_PASSWORD": self.password,
        }

    @property
    def sendsms_url(self) -> str:
        """Where messages to citizens are handed in (GET, with `username` and `password`)."""
        return f"http://{HOST}:{self.ports.sendsms}/cgi-bin/sendsms"

    @property
    def running(self) -> bool:
        """Whether both processes live."""
        return self.bearerbox.running and self.smsbox.running

    def kill(self) -> None:
        """SIGKILL to both, as a crash; `start` again goes on with what bearerbox has on disk."""
        self.smsbox.kill()
        self.bearerbox.kill()

    def status(self) -> KannelStatus | None:
        """Return what bearerbox says of itself; None while it does not answer."""
        url = f"http://{HOST}:{self.ports.admin}/status.txt"
        try:
            with client(timeout=5) as http:
                page = http.get(url, params={"password": self._status_password}).text
        except HTTPError:
            return None
        found = _STATUS.search(page)
        if found is None:
            return None
        received, _, sent, _, stored = map(int, found.groups())
        return KannelStatus(
            boxes=len(re.findall(r"^\s+smsbox:.*\(on-line", page, re.MULTILINE)),
            operators=len(re.findall(r"\(online \d+s", page)),
            received=received,
            sent=sent,
            stored=stored,
        )

    def _begin(self) -> None:
        reason = kannel_available()
        if reason is not None:
            raise ServerError(f"Kannel cannot run here: {reason}.")
        self._write_configuration()
        self._start(self.bearerbox, "2")
        self.bearerbox.wait_until(lambda: self.status() is not None, timeout=START_SECONDS)
        self._start(self.smsbox, "4")  # what smsbox calls an error has the citizen's words in it
        self.smsbox.wait_until(self._takes_messages, timeout=START_SECONDS)

    def _end(self) -> None:
        self.smsbox.stop(timeout=STOP_SECONDS)
        self.bearerbox.stop(timeout=STOP_SECONDS)

    def _start(self, box: Child, level: str) -> None:
        if not box.running:
            environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
            box.start([program(box.name) or box.name, "-v", level, "kannel.conf"], env=environment, cwd=self.folder)

    def _takes_messages(self) -> bool:
        status = self.status()
        return status is not None and status.boxes > 0

    def _write_configuration(self) -> None:
        for folder in (self.operators, self.folder / "messages", self.folder / "reports"):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._fill("kannel.conf", self.folder)
        self._fill("smsc-fake.conf", self.operators)

    def _fill(self, name: str, folder: Path) -> None:
        text = Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(
            self._settings, KANNEL_DOOR_URL=self.door_url
        )
        target = folder / name
        target.touch(mode=0o600)
        target.write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Ports:
    admin: int = field(default_factory=free_port)
    smsbox: int = field(default_factory=free_port)
    sendsms: int = field(default_factory=free_port)
    fake_operator: int = field(default_factory=free_port)
