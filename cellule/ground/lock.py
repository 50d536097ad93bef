"""Resolves the versions in `pyproject.toml` into the two lock files, with hashes and without any registry's address."""

import subprocess
import sys

from cellule.settings import BASE_DIR

OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--python-version",
    "3.12",
    "--quiet",
)
FILES = {"requirements.txt": (), "requirements-dev.txt": ("--group", "dev")}


def main() -> None:
    for name, groups in FILES.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *groups, *OPTIONS, *sys.argv[1:]]
        subprocess.run([*command, "-o", name], cwd=BASE_DIR, check=True)


if __name__ == "__main__":
    main()
