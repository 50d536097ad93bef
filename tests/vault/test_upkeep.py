"""Key tables written anew: deleted keys leave the files of their table, which DELETE and VACUUM do not do."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit.log.actor import Actor
from audit.log.models import Entry
from cellule.jobs import kinds
from cellule.jobs.models import Job
from cellule.vault import upkeep
from cellule.vault.models import GroupWrap, OwnerKey
from tests.vault.papers import folder_of, open_folder, read, write


def _file(server, table: str) -> bytes:
    """What lies on the disk for a table."""
    with server.connect(database=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("CHECKPOINT")
        (path,) = administrator.execute("SELECT pg_relation_filepath(%s::regclass)", [f"keys.{table}"]).fetchone()
    return (server.cluster / path).read_bytes()


@pytest.mark.django_db
def test_every_key_table_is_known_and_no_other():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'keys' ORDER BY 1")
        lying = [name for (name,) in cursor.fetchall()]

    assert upkeep.key_tables() == lying


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["cases_case", "log_entry", "vault_slot; DROP TABLE log_entry", ""])
def test_no_other_table_is_rewritten(table):
    with pytest.raises(ValueError, match="not a key table"):
        upkeep.rewrite(table, Actor.system())


def test_deleted_keys_leave_their_file(owner_connection, postgres_server, caseworker):
    folders = [folder_of("unit") for _number in range(30)]
    papers = [write(caseworker, folder, str(number)) for number, folder in enumerate(folders)]
    # Every third stays, so that no page is given back as a whole.
    gone = [folder.pk for number, folder in enumerate(folders) if number % 3]
    wraps = [bytes(row.wrap) for row in OwnerKey.objects.filter(owner__in=gone)]
    OwnerKey.objects.filter(owner__in=gone).delete()
    owner_connection.execute("VACUUM keys.vault_ownerkey")
    lying = _file(postgres_server, "vault_ownerkey")
    # The control: deleted and vacuumed, and still there.
    assert [wrap for wrap in wraps if wrap in lying] != []

    upkeep.rewrite("vault_ownerkey", Actor.system())

    lying = _file(postgres_server, "vault_ownerkey")
    assert [wrap for wrap in wraps if wrap in lying] == []
    for number in range(0, 30, 3):
        assert read(open_folder(caseworker, folders[number]), papers[number]) == [{str(number)}]


@pytest.mark.django_db
def test_night_rewrites_every_key_table_once():
    tick = Job(key="vault.rewrite_keys@2026-11-22T00:00:00Z")
    with transaction.atomic():
        for _twice in range(2):
            kinds.declared("vault.rewrite_keys").handler(tick)

    jobs = Job.objects.filter(kind="vault.rewrite_key_table")
    assert sorted(job.subject[0] for job in jobs) == upkeep.key_tables()


@pytest.mark.django_db
def test_rewriting_loses_no_row_and_is_logged(supervisor):
    before = {model: sorted(model.objects.values_list("pk", flat=True)) for model in (GroupWrap, OwnerKey)}

    call_command("rewrite_keys", verbosity=0)

    after = {model: sorted(model.objects.values_list("pk", flat=True)) for model in (GroupWrap, OwnerKey)}
    assert after == before
    told = Entry.objects.of_action("vault.keys_rewritten").values_list("reference", flat=True)
    assert sorted(told) == upkeep.key_tables()
