"""The SQL for an administrator's own server makes the same house as the embedded one."""

import subprocess

from django.core.management import call_command

from cellule.ground import roles


def test_printed_script_runs_and_makes_roles_and_database(server, folder, capsys):
    with server.connect() as administrator:
        administrator.execute(f"DROP DATABASE {roles.DATABASE}")
        for role in roles.WHO:
            administrator.execute(f"DROP ROLE {role}")
    call_command("database_roles")
    printed = capsys.readouterr().out
    script = folder / "roles.sql"
    # Typed passwords need a terminal, so here the roles stay without one.
    script.write_text("".join(f"{line}\n" for line in printed.splitlines() if not line.startswith("\\password")))

    done = subprocess.run(
        [
            server.programs / "psql",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            f"--file={script}",
            server.url("postgres", "postgres"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    with server.connect(database=roles.DATABASE) as administrator:
        owners = administrator.execute(
            "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname IN ('public', 'keys') ORDER BY 1"
        ).fetchall()
    assert owners == [("keys", roles.OWNER), ("public", roles.OWNER)]


def test_script_holds_no_password(capsys):
    call_command("database_roles", database="house")

    printed = capsys.readouterr().out

    assert "PASSWORD '" not in printed
    assert [line for line in printed.splitlines() if line.startswith("\\password")] == [
        "\\password cellule_owner",
        "\\password cellule_app",
        "\\password cellule_backup",
    ]
    assert '\\connect "house"' in printed
