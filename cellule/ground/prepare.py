"""Makes everything that is needed before the first command: environment, style sheet, catalogues.

Run by whatever Python a machine has (3.8 or newer), so it uses the standard library only and no newer syntax. Each part
is made again only when what it is made from has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = PROJECT / ".venv"
LOCK = PROJECT / "requirements-dev.txt"
BUILD = PROJECT / "build"
NEEDED = (3, 12)
NEEDED_NAME = "Python 3.12"
FETCHED = "3.13"
NAMES = ("python3.14", "python3.13", "python3.12", "python3", "python")
QUESTION = f"import sys; print(sys.executable if sys.version_info >= {NEEDED} else '')"


class Refused(Exception):
    """Something that only a person can mend; the text says what."""


def main() -> None:
    BUILD.mkdir(exist_ok=True)
    # Two commands started together would otherwise write into one environment.
    with (BUILD / "prepare.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_environment()
        # These parts are written for the new Python, and look themselves whether there is anything to do.
        for module in ("cellule.ground.stylesheet", "cellule.ground.catalogues"):
            if (PROJECT / (module.replace(".", "/") + ".py")).exists():
                command = [str(ENVIRONMENT / "bin" / "python"), "-m", module]
                run(command + (["compile"] if module.endswith("catalogues") else []))


def make_environment() -> None:
    """Make `.venv` hold exactly what the lock file says, on a Python that is new enough."""
    stamp = ENVIRONMENT / "prepared"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and _answers(str(_python())):
        return
    if not _answers(str(_python())):
        say("Making the environment in .venv ...")
        base = found_python() or fetched_python()
        make_virtual_environment(base, ENVIRONMENT)
    if stamp.exists():
        stamp.unlink()
    say("Installing what requirements-dev.txt lists (about 90 packages, a minute or so) ...")
    install(LOCK)
    stamp.write_text(wanted, encoding="utf-8")


def found_python() -> str | None:
    """Find a Python that is new enough by running candidates: the first of that name may be old, or only a shim."""
    for name in NAMES:
        path = _answers(name)
        if path:
            return path
    for version in reversed(_lines(["pyenv", "versions", "--bare"])):
        # Under a shim, PATH begins with that shim's own version, so the other one is asked for by pyenv itself.
        path = _answers("pyenv", "exec", "python3", PYENV_VERSION=version.strip())
        if path:
            return path
    return None


def fetched_python() -> str:
    """Let uv fetch a Python when the machine has none that is new enough."""
    say(f"No {NEEDED_NAME} or newer was found; uv fetches one ...")
    private = BUILD / "uv"
    try:
        if not (private / "bin" / "uv").exists():
            make_virtual_environment(sys.executable, private)
            run([str(private / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
        uv = str(private / "bin" / "uv")
        run([uv, "python", "install", FETCHED])
        path = _lines([uv, "python", "find", "--managed-python", FETCHED])
    except subprocess.CalledProcessError:
        path = []
    if not path:
        raise Refused(
            f"{NEEDED_NAME} or newer is needed, none was found and none could be fetched: install one with its venv"
            " module (on Debian and Ubuntu: python3.13 and python3.13-venv)."
        )
    return path[0].strip()


def make_virtual_environment(base: str, folder: Path) -> None:
    """Make an environment with pip, or say which package Debian keeps that in."""
    made = subprocess.run([base, "-m", "venv", "--clear", str(folder)], capture_output=True, text=True, check=False)
    if made.returncode:
        words = " ".join((made.stdout + made.stderr).split())
        raise Refused(f"{base} cannot make {folder} (on Debian and Ubuntu, install python3-venv): {words}")


def install(lock: Path) -> None:
    """Install the lock file by hashes: uv itself first, by pip, then the rest by uv, or by pip should uv fail."""
    pip = [str(_python()), "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check"]
    uv = ENVIRONMENT / "bin" / "uv"
    if not uv.exists():
        part = BUILD / "uv.txt"
        part.write_text(_entry_of("uv", lock.read_text(encoding="utf-8")), encoding="utf-8")
        run([*pip, "--quiet", "-r", str(part)])
    try:
        run([str(uv), "pip", "sync", "--require-hashes", "--python", str(_python()), str(lock)])
    except subprocess.CalledProcessError:
        say("uv could not install; pip tries the same, and takes longer ...")
        run([str(_python()), "-m", "ensurepip"])
        run([*pip, "-r", str(lock)])


def run(command: list[str]) -> None:
    """Run one part in the project's folder with the caller's whole environment (proxies, certificates)."""
    subprocess.run(command, cwd=str(PROJECT), check=True)


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def _python() -> Path:
    return ENVIRONMENT / "bin" / "python"


def _answers(*python: str, **more: str) -> str | None:
    """Give the path that a candidate says it runs from, or None if it does not run or is too old."""
    lines = _lines([*python, "-c", QUESTION], **more)
    return lines[-1].strip() or None if lines else None


def _lines(command: list[str], **more: str) -> list[str]:
    try:
        answer = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **more}, check=False
        )
    except OSError:
        return []
    return answer.stdout.decode().splitlines() if answer.returncode == 0 else []


def _entry_of(name: str, lock: str) -> str:
    """Cut one package with its hashes out of a lock file."""
    lines = lock.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(name + "=="))
    entry = [lines[first]]
    for line in lines[first + 1 :]:
        if not entry[-1].endswith("\\"):
            break
        entry.append(line)
    return "\n".join(entry) + "\n"


if __name__ == "__main__":
    try:
        main()
    except Refused as reason:
        sys.exit(str(reason))
    except subprocess.CalledProcessError as failure:
        sys.exit(f"This failed (its own words are above): {' '.join(map(str, failure.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)
