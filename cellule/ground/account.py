"""The unprivileged account that the embedded server runs under, and how a program is started as it."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

CHILD = Path(__file__).with_name("child.py")
# Permission bits do not tell everything (parents, lists of access): one really becomes the account and tries.
TRY = """import os, sys
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
sys.exit(not os.access(sys.argv[3], os.X_OK))
"""


@dataclass(frozen=True)
class Account:
    """Who owns the server's files: ourselves, or a system account when we are root."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give the one path to the account (needed, and possible, only as root)."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def admit(self, folder: Path) -> None:
        """Keep the folder ours and private, but let the account pass through it to what is its own."""
        folder.chmod(0o710 if self.is_other else 0o700)
        if self.is_other:
            os.chown(folder, -1, self.gid)

    def can_reach(self, folder: Path) -> bool:
        """Try, as the account, whether it reaches the folder through all its parents."""
        if not self.is_other:
            return True
        tried = [sys.executable, "-I", "-S", "-c", TRY, str(self.uid), str(self.gid), str(folder)]
        return subprocess.run(tried, check=False).returncode == 0


def unprivileged() -> Account:
    """Choose who runs the server: this user, or as root the account postgres, else nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)


def bound(command: list[str], signal: Signals, account: Account | None = None) -> list[str]:
    """Word a command so that it gets `signal` when this process dies, and runs as `account` if one is given."""
    name = f"{account.uid}:{account.gid}" if account and account.is_other else ""
    return [sys.executable, "-I", "-S", str(CHILD), str(int(signal)), str(os.getpid()), name, *command]
