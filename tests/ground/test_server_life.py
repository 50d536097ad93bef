"""The embedded server starts, starts again, and survives being killed."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGKILL
from textwrap import dedent

import psycopg
import pytest

from cellule.ground import roles
from cellule.ground.postgres import NotStarted, Server

KEEPER = dedent(
    """
    import sys, time
    from pathlib import Path
    from cellule.ground.postgres import Server

    server = Server(Path(sys.argv[1]), durable=False)
    server.start()
    print("up", flush=True)
    time.sleep(600)
    """
)


def write_mark(server: Server) -> None:
    with server.connect(database=roles.DATABASE) as connection:
        connection.execute("CREATE TABLE mark (word text)")
        connection.execute("INSERT INTO mark VALUES ('kept')")


def read_mark(server: Server) -> list:
    with server.connect(database=roles.DATABASE) as connection:
        return connection.execute("SELECT word FROM mark").fetchall()


def test_server_keeps_its_data_over_a_second_start(server):
    write_mark(server)
    server.stop()

    again = Server(server.folder, durable=False)
    again.start()

    assert read_mark(again) == [("kept",)]
    again.stop()


def test_server_recovers_from_kill_9_under_its_parent(server):
    write_mark(server)
    address = server.url(roles.RUNTIME)

    server.kill()
    stopped = server.is_running
    server.launch()

    assert stopped is False
    assert read_mark(server) == [("kept",)]
    assert server.url(roles.RUNTIME) == address


def test_server_ends_with_a_parent_killed_by_9_and_starts_again(folder):
    data = folder / "data"
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, str(data)], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout.readline() == "up\n"

    keeper.send_signal(SIGKILL)
    keeper.communicate()
    again = Server(data, durable=False)
    again.start()

    with again.connect(roles.RUNTIME, roles.DATABASE) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (roles.RUNTIME,)
    again.stop()


def test_server_starts_over_a_kill_in_the_middle_of_its_making(folder):
    data = folder / "data"
    half = Server(data, durable=False)
    half.start()
    half.stop()
    # What a kill leaves: an unfinished cluster and no finished one.
    half.cluster.rename(half.home / f"{half.cluster.name}.unfinished")

    server = Server(data, durable=False)
    server.start()

    assert server.is_running
    server.stop()


def test_second_server_over_the_same_folder_is_refused(server):
    with pytest.raises(NotStarted, match="already running"):
        Server(server.folder, durable=False).start()

    assert server.is_running


def test_server_leaves_no_process_when_stopped(server):
    pid = server.pid

    server.stop()

    assert not Path(f"/proc/{pid}").exists()
    assert not (server.cluster / "postmaster.pid").exists()


def test_wrong_password_is_refused(server):
    right = server.url(roles.RUNTIME)
    password = right.split(":")[2].split("@")[0]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(right.replace(password, "wrong"))


def test_server_listens_on_no_network(server):
    with server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_secrets_and_sockets_are_private(server):
    modes = {
        path.name: oct(path.stat().st_mode & 0o777)
        for path in (server.folder, server.folder / "secrets" / "database.json", server.sockets, server.cluster)
    }

    assert modes == {"data": "0o711", "database.json": "0o600", "run": "0o700", "18": "0o700"}


def test_cluster_sorts_alike_everywhere_and_checks_its_pages(server):
    with server.connect(database=roles.DATABASE) as connection:
        found = connection.execute(
            "SELECT datlocprovider::text, datlocale, current_setting('data_checksums'), current_setting('search_path')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert found[:3] == ("b", "C.UTF-8", "on")


def test_log_of_the_server_holds_no_value(server):
    with server.connect(database=roles.DATABASE) as connection:
        connection.execute("CREATE TABLE person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES (%s)", ["canary-Amina"])
        with pytest.raises(psycopg.errors.UniqueViolation, match="canary-Amina"):
            connection.execute("INSERT INTO person VALUES ('canary-Amina')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="canary-7"):
            connection.execute("SELECT 'canary-7'::int")

    log = (server.home / "server.log").read_text(encoding="utf-8")

    assert "duplicate key value violates unique constraint" in log
    assert "canary-Amina" not in log
    assert "INSERT" not in log


def test_lost_passwords_are_named(server):
    server.stop()
    (server.folder / "secrets" / "database.json").unlink()

    with pytest.raises(NotStarted, match=r"database\.json is missing"):
        Server(server.folder, durable=False).start()


def test_foreign_passwords_are_named(server, folder):
    other = Server(folder / "other", durable=False)
    other.start()
    other.stop()
    server.stop()
    shutil.copy(other.folder / "secrets" / "database.json", server.folder / "secrets" / "database.json")

    with pytest.raises(NotStarted, match="are not those of"):
        Server(server.folder, durable=False).start()


def test_other_major_version_is_refused(server):
    server.stop()
    server.cluster.rename(server.home / "17")

    with pytest.raises(NotStarted, match="holds a database of PostgreSQL 17, and this release brings 18"):
        Server(server.folder, durable=False).start()


def test_second_start_takes_seconds(server):
    server.stop()
    again = Server(server.folder, durable=False)
    began = time.monotonic()

    again.start()

    assert time.monotonic() - began < 10
    again.stop()


def test_private_folder_of_root_is_left_as_it_is(folder):
    private = folder / "private"
    private.mkdir(mode=0o700)
    server = Server(private / "data", durable=False)

    server.start()

    assert private.stat().st_mode & 0o777 == 0o700
    # Only root has an account to drop to, which then cannot reach the folder.
    assert server.home.is_relative_to(private) is (not server.account.is_other)
    server.stop()
    if server.account.is_other:
        shutil.rmtree(server.home)


def test_long_path_gets_a_short_private_folder_for_its_socket(folder):
    data = folder / ("long" * 20) / "data"
    data.parent.mkdir(mode=0o711)
    server = Server(data, durable=False)

    server.start()

    sockets = server.sockets
    assert not sockets.is_relative_to(folder)
    assert sockets.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not sockets.exists()
