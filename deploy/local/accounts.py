"""As whom PostgreSQL runs: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import ServerError

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True, slots=True)
class Account:
    """`prefix` goes before the command; `ids` (uid, gid) own the folder and run the server, None: as we are."""

    prefix: tuple[str, ...] = ()
    ids: tuple[int, int] | None = None

    def take_over(self, folder: Path) -> None:
        """Make all of `folder` the account's own, as far as it is not; only root can and must."""
        if os.geteuid() != 0 or (self.ids is None and folder.stat().st_uid == 0):
            return
        uid, gid = self.ids or (0, 0)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)


def account_for(binary: Path, folder: Path) -> Account:
    """Ourselves; as root a user namespace where root looks like uid 1000, or else the user nobody.

    In the namespace files stay root's and need no new owner. `ServerError` where neither way is open.
    """
    if os.geteuid() != 0:
        return Account()
    if _namespace_permitted():
        return Account(prefix=_NAMESPACE)
    nobody = pwd.getpwnam("nobody")
    account = Account(ids=(nobody.pw_uid, nobody.pw_gid))
    account.take_over(folder)
    _check_reach(binary, folder, account)
    return account


def _namespace_permitted() -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = [*_NAMESPACE, "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words


def _check_reach(binary: Path, folder: Path, account: Account) -> None:
    uid, gid = account.ids or (0, 0)
    check = ["/bin/sh", "-c", 'test -x "$1" && test -w "$2"', "sh", str(binary), str(folder)]
    done = subprocess.run(check, user=uid, group=gid, extra_groups=[], check=False)  # noqa: S603 - our own paths
    if done.returncode != 0:
        raise ServerError(
            "PostgreSQL refuses to run as root, this machine permits no user namespaces, and the user nobody "
            f"cannot reach {binary} and {folder}. Run this as an ordinary user, permit user namespaces "
            "(`unshare --user true` must work), or put the checkout and its state where every user may enter."
        )
