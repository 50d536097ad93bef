"""Finds the Chromium that drives the journeys, or installs one; ends with a sentence when none can be had."""

import os
import shutil
import subprocess
import sys

# The one without windows first: it draws the same pages and needs two thirds of the time for them.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these fonts a page in Arabic or Amharic is measured with boxes in the place of letters.
FONTS = "fonts-noto-core"


def found() -> str | None:
    """Give the path of a Chromium that really runs: the system's, else Playwright's own."""
    candidates = [shutil.which(name) for name in NAMES]
    return next((path for path in candidates if path and _runs(path)), None) or _own()


def install() -> None:
    """Try the system's packages (as root, or with a sudo that asks nothing), then Playwright's own download."""
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        if not prefix or (shutil.which("sudo") and _succeeds([*prefix, "true"])):
            print("Installing Chromium and its fonts with apt-get (about a minute) ...", flush=True)
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            _succeeds([*prefix, "apt-get", "update", "--quiet=2"], quiet)
            get = [*prefix, "apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", FONTS]
            for name in NAMES[:2]:
                # Not every system has the first in a package of its own.
                if _succeeds([*get, name], quiet):
                    break
    if found() is None:
        print("Fetching Playwright's own Chromium ...", flush=True)
        _succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def _own() -> str | None:
    from playwright.sync_api import sync_playwright  # starting its driver takes a second: only when it is needed

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def _runs(path: str) -> bool:
    return _succeeds([path, "--version"], silent=True)


def _succeeds(command: list[str], environment: dict[str, str] | None = None, *, silent: bool = False) -> bool:
    output = subprocess.DEVNULL if silent else None
    try:
        return subprocess.run(command, env=environment, stdout=output, stderr=output, check=False).returncode == 0
    except OSError:
        return False


def main() -> None:
    if found() is None:
        install()
    if found() is None:
        sys.exit("The journeys need Chromium, and none could be found or installed: install the package chromium.")


if __name__ == "__main__":
    main()
