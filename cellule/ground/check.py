"""`make check` and `make fix`: each check is one named line; all of them run, and what failed is shown at the end."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from cellule.ground import roles
from cellule.ground.postgres import Server
from cellule.settings import BASE_DIR

SOURCES = ("audit", "cases", "cellule", "referrals", "tests", "manage.py", "gunicorn.conf.py")
DJANGO = "6.1"


def checks() -> dict[str, list[str]]:
    """Give every check by the line that names it."""
    return {
        "ruff: mistakes": _module("ruff", "check", "--quiet"),
        "ruff: format": _module("ruff", "format", "--check", "--quiet"),
        "import-linter: the arrows go one way": _tool("lint-imports"),
        "mypy: types of domain code": _module("mypy"),
        "django-upgrade: idiom": _tool("django-upgrade", "--check", "--target-version", DJANGO, *_python_files()),
        "djade: templates": _tool("djade", "--check", "--target-version", DJANGO, *_templates()),
        "django: system checks": _manage("check", "--fail-level=WARNING"),
        "django: no missing migration": _manage("makemigrations", "--check", "--dry-run"),
        "README: state diagrams": _manage("state_diagrams", "--check"),
        "catalogues: complete": _module("cellule.ground.catalogues", "check"),
    }


def fixes() -> dict[str, list[str]]:
    """Give what mends by itself."""
    return {
        "ruff: mistakes": _module("ruff", "check", "--fix", "--quiet"),
        "django-upgrade: idiom": _tool(
            "django-upgrade", "--exit-zero-even-if-changed", "--target-version", DJANGO, *_python_files()
        ),
        "ruff: format": _module("ruff", "format", "--quiet"),
        "djade: templates": _tool("djade", "--target-version", DJANGO, *_templates()),
    }


def run(steps: dict[str, list[str]], environment: dict[str, str]) -> list[str]:
    """Run all steps, one line for each; give the names of those that failed, after their output."""
    failed = {}
    for name, command in steps.items():
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
        print(f"{'failed' if done.returncode else 'ok':<7}{name}", flush=True)
        if done.returncode:
            failed[name] = done.stdout + done.stderr
    for name, output in failed.items():
        print(f"\n--- {name}\n{output.strip()}", flush=True)
    return list(failed)


@contextmanager
def short_lived_database():
    """Give the environment of a database that is empty and gone afterwards (some checks look at one)."""
    with tempfile.TemporaryDirectory(prefix="cellule-") as name:
        folder = Path(name)
        # The server's account must be able to pass.
        folder.chmod(0o711)
        server = Server(folder / "data", durable=False)
        server.start()
        try:
            yield {**os.environ, "DATABASE_URL": server.url(roles.RUNTIME), "DATA": str(folder / "data")}
        finally:
            server.stop()


def _module(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


def _tool(name: str, *words: str) -> list[str]:
    return [str(Path(sys.executable).with_name(name)), *words]


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def _python_files() -> list[str]:
    paths = [path for name in SOURCES for path in [BASE_DIR / name, *(BASE_DIR / name).rglob("*.py")]]
    return [str(path) for path in paths if path.is_file() and "migrations" not in path.parts]


def _templates() -> list[str]:
    return [str(path) for path in sorted((BASE_DIR / "templates").rglob("*.html"))]


def main() -> None:
    if "--fix" in sys.argv[1:]:
        sys.exit(bool(run(fixes(), dict(os.environ))))
    with short_lived_database() as environment:
        failed = run(checks(), environment)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
