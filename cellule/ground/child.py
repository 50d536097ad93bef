"""Becomes another program that ends with its parent: `python child.py SIGNAL PARENT ACCOUNT COMMAND…`.

Run as a file by the bare interpreter, so that nothing of ours has to be readable by the account it drops to, and so
that nothing runs between the fork and the exec of a process that may hold threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int, signal: int) -> None:
    """Ask the kernel (Linux only) to send `signal` when the process `parent` dies; leave if it is dead already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("The process that started this one is gone.")


def drop_to(account: str) -> None:
    """Give up root for the account named "uid:gid"; does nothing for an empty name."""
    if account:
        uid, gid = (int(number) for number in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


if __name__ == "__main__":
    number, starter, name = sys.argv[1:4]
    drop_to(name)
    # Changing the user clears the wish, so it is made afterwards.
    end_with(int(starter), int(number))
    os.execvp(sys.argv[4], sys.argv[4:])
