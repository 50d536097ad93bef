"""Whatever the owner of the tables changes, in whatever place, is found and named; what is honest never is."""

import queue
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from audit.log.actions import Relation
from audit.log.actor import Actor
from audit.log.models import Checkpoint, Leaf
from audit.log.record import record
from audit.log.witnesses.publishing import configured, hand_over
from tests.audit.tree import found, sequence

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("log_entry", "log_sessioncounter", "log_leaf", "log_tile", "log_checkpoint")
# What a witness answered and what a verification found are told here, and proved elsewhere: by the witness, and by
# verifying again. The number of a tile's row is nobody's.
NOT_PROOF = {("log_tile", "id")}
# Every column by the statement that changes one bit, byte or letter of it; %s is a number that says which.
CHANGES = {
    "bytea": "set_bit({0}, (%(n)s %% (8 * octet_length({0})))::bigint,"
    " 1 - get_bit({0}, (%(n)s %% (8 * octet_length({0})))::bigint))",
    "uuid": "encode(set_bit(uuid_send({0}), %(n)s %% 128, 1 - get_bit(uuid_send({0}), %(n)s %% 128)), 'hex')::uuid",
    "bigint": "{0} # (1::bigint << (%(n)s %% 64)::int)",
    "integer": "{0} # (1 << (%(n)s %% 31)::int)",
    "smallint": "{0} # (1 << (%(n)s %% 15)::int)::smallint",
    "timestamp with time zone": "{0} + (1::bigint << (%(n)s %% 60)::int) * interval '1 microsecond'",
    "character varying": "overlay({0} placing (CASE WHEN substr({0}, %(n)s %% length({0}) + 1, 1) = 'x' THEN 'y'"
    " ELSE 'x' END) from %(n)s %% length({0}) + 1 for 1)",
    "text": "overlay({0} placing (CASE WHEN substr({0}, %(n)s %% length({0}) + 1, 1) = 'x' THEN 'y'"
    " ELSE 'x' END) from %(n)s %% length({0}) + 1 for 1)",
    "jsonb": "jsonb_set({0}, ARRAY[(%(n)s %% jsonb_array_length({0}))::text],"
    " CASE %(n)s %% 3 WHEN 0 THEN '\"23456789\"' WHEN 1 THEN '4711' ELSE '[]' END::jsonb)",
}
# What is empty or missing gets something; the rest of a table is no shorter by it.
FILLED = {
    "bytea": r"'\x00'::bytea",
    "uuid": "'00000000-0000-0000-0000-000000000007'::uuid",
    "character varying": "'x'",
    "text": "'x'",
    "jsonb": "'[]'::jsonb",
}
LENIENT = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(autouse=True)
def log(settings, tmp_path, act, actor, monkeypatch):
    """Some 600 entries in three checkpoints, two tiles full, kept by a witness."""
    # However slowly the examples go, what lost its place is not called waiting for too long.
    monkeypatch.setattr("audit.log.verification.PATIENCE", timedelta(days=1))
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {"file": f"file://{tmp_path / 'checkpoints.jsonl'}"}
    case = uuid.uuid4()
    for number in (270, 270, 30):
        with transaction.atomic():
            for count in range(number // 3):
                record(act, by=actor, reference="98765432", subject=case, relation=Relation.ASSIGNED)
                record(act, by=actor, shown=["98765432", "76543298"], purpose="casework")
                record(act, by=actor, reference=f"{count}", detail_commitment=bytes(range(32)))
        sequence()
    hand_over(*configured())
    assert found() == ("", "")


class Tampered:
    """The tables in the hands of their owner, who has taken every wall down, and puts back what was there."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self.owner = owner
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(f"CREATE TEMP TABLE was_{table} AS TABLE {table}")
            for (name,) in self.rows(
                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", [table]
            ):
                owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        self.columns = [
            (table, column, kind)
            for table, column, kind in self.rows(
                "SELECT table_name, column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = ANY(%s) ORDER BY 1, 2",
                [list(TABLES)],
            )
            if (table, column) not in NOT_PROOF
        ]

    def rows(self, statement: str, told: list | dict | None = None) -> list[tuple]:
        return self.owner.execute(statement, told).fetchall()

    @contextmanager
    def changed(self, *statements: str, **told) -> Iterator[None]:
        """The tables after these statements, and afterwards as they were; what the tables cannot hold is no example."""
        try:
            with self.owner.transaction():
                touched = sum(self.owner.execute(statement, told).rowcount for statement in statements)
        except (psycopg.errors.IntegrityError, psycopg.DataError):
            assume(False)
        assume(touched)
        try:
            yield
        finally:
            with self.owner.transaction():
                for table in TABLES:
                    self.owner.execute(f"DELETE FROM {table}")
                    self.owner.execute(f"INSERT INTO {table} TABLE was_{table}")


@pytest.fixture
def tampered(owner_connection) -> Tampered:
    return Tampered(owner_connection)


def _is_named(table: str, row: int, place: str) -> bool:
    """Whether the row of a table that stands at `row` in its order is what the place means."""
    match table:
        case "log_entry" | "log_leaf":
            return place.endswith(f"place {row}")
        case "log_sessioncounter":
            return place.startswith("session ")
        case "log_tile":
            return place.startswith(("tile 1/", "level "))
    # Without its last checkpoint the tree goes on where it ends.
    return place.endswith(f"checkpoint {row + 1}") or (row == 2 and place.startswith("place "))


ORDER = {
    "log_entry": "(SELECT position FROM was_log_leaf l WHERE l.entry = t.id)",
    "log_sessioncounter": "session",
    "log_leaf": "position",
    "log_tile": "index",
    "log_checkpoint": "number",
}


@LENIENT
@given(data=st.data())
def test_any_bit_of_any_column_counts(tampered, data):
    table, column, kind = data.draw(st.sampled_from(tampered.columns))
    size = tampered.rows(f"SELECT count(*) FROM {table}")[0][0]
    row, number = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 2**31 - 1))
    change = CHANGES[kind].format(f"t.{column}")
    if kind in FILLED:
        empty = f"t.{column} IS NULL OR t.{column}::text IN ('', '[]', '\\x')"
        change = f"CASE WHEN {empty} THEN {FILLED[kind]} ELSE {change} END"
    where = f"ctid = (SELECT t.ctid FROM {table} t ORDER BY {ORDER[table]} OFFSET {row} LIMIT 1)"

    with tampered.changed(f"UPDATE {table} t SET {column} = {change} WHERE {where}", n=number):
        fault, place = found()

    assert fault
    assert _is_named(table, row, place), (table, column, row, fault, place)


@LENIENT
@given(table=st.sampled_from(TABLES), share=st.floats(0, 1), rows=st.integers(1, 300))
def test_any_rows_that_go_are_missed(tampered, table, share, rows):
    size = tampered.rows(f"SELECT count(*) FROM {table}")[0][0]
    first = int(share * (size - 1))
    gone = f"SELECT t.ctid FROM {table} t ORDER BY {ORDER[table]} OFFSET {first} LIMIT {rows}"

    with tampered.changed(f"DELETE FROM {table} WHERE ctid = ANY (ARRAY ({gone}))"):
        fault, place = found()

    assert fault
    if table in {"log_entry", "log_leaf"}:
        assert place.endswith(f"place {first}")


@LENIENT
@given(
    swap=st.sampled_from(
        [("log_entry", "session, counter"), ("log_entry", "actor_id, reference, shown, purpose, subject, relation"),
         ("log_leaf", "entry"), ("log_leaf", "hash"), ("log_leaf", "entry, hash"), ("log_checkpoint", "note")]
    ),
    places=st.lists(st.integers(0, 560), min_size=2, max_size=2, unique=True),
)  # fmt: skip
def test_any_two_that_change_places_are_found(tampered, swap, places):
    table, columns = swap
    size = tampered.rows(f"SELECT count(*) FROM {table}")[0][0]
    one, other = sorted(place % size for place in places)
    assume(one != other)
    first, second = (
        tampered.rows(f"SELECT {columns} FROM {table} t ORDER BY {ORDER[table]} OFFSET %s LIMIT 1", [place])[0]
        for place in (one, other)
    )
    assume(first != second)
    keys = [
        tampered.rows(f"SELECT t.ctid::text FROM {table} t ORDER BY {ORDER[table]} OFFSET %s LIMIT 1", [place])[0][0]
        for place in (one, other)
    ]
    names = [name.strip() for name in columns.split(",")]
    moved = ", ".join(f"{name} = b.{name}" for name in names)
    # Both at once, and the index that wants each entry once looks at the end.
    if "entry" in names:
        tampered.owner.execute("ALTER TABLE log_leaf DROP CONSTRAINT IF EXISTS log_leaf_entry_key")
    statement = (
        f"UPDATE {table} a SET {moved} FROM {table} b WHERE (a.ctid = %(one)s::tid AND b.ctid = %(other)s::tid)"
        " OR (a.ctid = %(other)s::tid AND b.ctid = %(one)s::tid)"
    )

    with tampered.changed(statement, one=keys[0], other=keys[1]):
        fault, place = found()

    assert fault
    if table == "log_checkpoint":
        assert place == f"checkpoint {one + 1}"
    elif columns != "entry, hash":
        assert place.endswith(f"place {one}")


@settings(LENIENT, max_examples=40)
@given(number=st.integers(0, 2), entries=st.booleans())
def test_any_old_backup_is_found(tampered, number, entries):
    """The whole log, or its tree alone, as it was at a checkpoint: the witness knows of the later ones."""
    size = Checkpoint.objects.filter(number=number).values_list("size", flat=True).first() or 0
    later = "SELECT entry FROM was_log_leaf WHERE position >= %(size)s"
    statements = [
        "DELETE FROM log_checkpoint WHERE number > %(number)s",
        "DELETE FROM log_leaf WHERE position >= %(size)s",
        "DELETE FROM log_tile WHERE index >= %(size)s / 256",
    ]
    if entries:
        statements += [
            f"DELETE FROM log_entry WHERE id IN ({later})",
            "UPDATE log_sessioncounter c SET counter ="
            + " (SELECT max(counter) FROM log_entry e WHERE e.session = c.session)"
            + " WHERE session IN (SELECT session FROM log_entry)",
            "DELETE FROM log_sessioncounter WHERE session NOT IN (SELECT session FROM log_entry)",
        ]

    with tampered.changed(*statements, number=number, size=size):
        assert found() == ("witness", f"witness file, checkpoint {number + 1}")


class Writer:
    """A colleague with a transaction of their own, who does one thing after the other when told."""

    def __init__(self, act) -> None:
        self.act, self.actor = act, Actor(str(uuid.uuid4()), "caseworker", "", uuid.uuid4())
        self._told: queue.Queue[Callable[[], object] | None] = queue.Queue()
        self._done: queue.Queue[object] = queue.Queue()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        self._do(lambda: transaction.set_autocommit(False))

    def write(self) -> None:
        self._do(self._record)

    def commit(self) -> None:
        self._do(transaction.commit)

    def roll_back(self) -> None:
        self._do(transaction.rollback)

    def leave(self) -> None:
        self._do(lambda: connection.close())
        self._told.put(None)
        self._thread.join()

    def _record(self) -> None:
        # In a block, as every act is; the transaction goes on around it.
        with transaction.atomic():
            record(self.act, by=self.actor, reference="98765432")

    def _do(self, work: Callable[[], object]) -> None:
        self._told.put(work)
        problem = self._done.get(timeout=60)
        assert problem is None, problem

    def _work(self) -> None:
        while work := self._told.get():
            try:
                work()
                self._done.put(None)
            except Exception as error:  # noqa: BLE001  (told in the test's own thread)
                self._done.put(error)


@settings(LENIENT, max_examples=15)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["write", "write", "commit", "roll_back", "sequence", "verify"]), st.integers(0, 3)),
        min_size=5,
        max_size=30,
    )
)
def test_no_honest_history_is_called_broken(act, acts):
    """Colleagues write, commit and roll back in any order, while the sequencer works and somebody verifies."""
    writers = [Writer(act) for _ in range(4)]
    try:
        for name, who in acts:
            if name == "sequence":
                sequence()
            elif name == "verify":
                assert found() == ("", "")
            else:
                getattr(writers[who], name)()
    finally:
        for writer in writers:
            writer.leave()
    sequence()

    assert found() == ("", "")
    assert Leaf.objects.filter(position=Leaf.objects.count() - 1).exists()
