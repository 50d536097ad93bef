"""A Python that is new enough is found by running candidates."""

import sys

import pytest

from cellule.ground import prepare

SHIM = "#!/bin/sh\necho 'this version is not installed' >&2\nexit 127\n"
OLD = '#!/bin/sh\necho ""\n'


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(folder, name: str, text: str) -> None:
    program = folder / name
    program.write_text(text)
    program.chmod(0o755)


def test_first_candidate_that_runs_and_is_new_is_taken(path):
    put(path, "python3.14", SHIM)
    put(path, "python3", OLD)
    put(path, "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')

    assert prepare.found_python() == sys.executable


def test_python_behind_pyenv_is_found(path):
    put(path, "python3", OLD)
    put(
        path,
        "pyenv",
        f"""#!/bin/sh
[ "$1" = versions ] && printf '3.8.18\\n3.13.0\\nbroken\\n' && exit
[ "$1 $2 $PYENV_VERSION" = "exec python3 3.13.0" ] || exit 127
shift 2
exec "{sys.executable}" "$@"
""",
    )

    assert prepare.found_python() == sys.executable


def test_nothing_is_found_among_old_and_broken_ones(path):
    put(path, "python3.13", SHIM)
    put(path, "python3", OLD)

    assert prepare.found_python() is None


def test_nothing_is_found_on_an_empty_machine(path):
    assert prepare.found_python() is None


def test_python_without_venv_is_told_by_the_package_it_needs(path, tmp_path):
    put(path, "bare", "#!/bin/sh\necho 'ensurepip is not available'\nexit 1\n")

    with pytest.raises(prepare.Refused, match=r"install python3-venv\): ensurepip is not available"):
        prepare.make_virtual_environment(str(path / "bare"), tmp_path / "environment")


def test_one_package_is_cut_out_of_the_lock_file():
    lock = "ty==1 \\\n    --hash=sha256:aa\n    # via x\nuv==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n    # via y\nwheel==3\n"

    assert prepare._entry_of("uv", lock) == "uv==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
