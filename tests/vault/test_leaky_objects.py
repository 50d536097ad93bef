"""What code could let slip by accident: sealed columns and open keys say "sealed" everywhere, or refuse."""

import copy
import json
import logging
import pickle
import uuid

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, Max, TextField, Value
from django.db.models.functions import Cast, Coalesce, Length
from django.forms.models import model_to_dict
from django.template import engines

from audit.log.actions import Relation
from cases.actions import CASE_OPENED
from cases.models import Case, CaseOrdinary, Channel, Interpreter, Note
from cases.models.note import NoteStory
from cellule.vault.fields import Sealed, SealedMisuse
from cellule.vault.identities import NeverWritten
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError
from cellule.vault.unlocked import OpenedOwner

MARK = "MARQUE-ÉTOILE"


@pytest.fixture
def case(caseworker) -> Case:
    """A case with one note, read from the database."""
    made = Case.open_inquiry(
        by=caseworker, row_id=uuid.uuid4(), channel=Channel.PHONE, language="tam", interpreter=Interpreter.YES
    )
    made.add_note(by=caseworker, row_id=uuid.uuid4(), body=MARK)
    return Case.objects.get(pk=made.pk)


@pytest.fixture
def note(case) -> Note:
    return case.notes.get()


@pytest.fixture
def opened(case, caseworker) -> OpenedOwner:
    return caseworker.vault.open_owner(
        case,
        [Compartment.ORDINARY, Compartment.STORY],
        action=CASE_OPENED,
        by=caseworker.actor,
        relation=Relation.ASSIGNED,
    )


def _rendered(value: object) -> str:
    return engines["django"].from_string("{{ value }}|{{ value|stringformat:'r' }}").render({"value": value})


# --- Sealed columns ---------------------------------------------------------------------------------


SHOWN = {
    "str": (str, "sealed"),
    "repr": (repr, "<sealed>"),
    "format": (lambda value: f"{value:>8}|{value}|{value!s}|{value!r}", "  sealed|sealed|sealed|<sealed>"),
    "percent": (lambda value: "%s %r" % (value, value), "sealed <sealed>"),  # noqa: UP031  (what logging does)
    "bytes": (lambda value: value.encode(), b"sealed"),
    "json": (json.dumps, '"sealed"'),
    "django json": (lambda value: json.dumps({"a": value}, cls=DjangoJSONEncoder), '{"a": "sealed"}'),
    "orjson": (orjson.dumps, b'"sealed"'),
    "template": (_rendered, "sealed|&lt;sealed&gt;"),
    "list": (lambda value: str([value]), "[<sealed>]"),
}


@pytest.mark.parametrize(("show", "shown"), SHOWN.values(), ids=SHOWN)
def test_sealed_value_says_sealed(note, show, shown):
    assert show(note.story) == shown


@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: rows.values("story").get()["story"],
        lambda rows: rows.values_list("story", flat=True).get(),
        lambda rows: rows.annotate(again=F("story")).get().again,
        lambda rows: rows.defer("story").get().story,
        lambda rows: rows.only("story").get().story,
        lambda rows: rows.raw("SELECT * FROM cases_note")[0].story,
        lambda rows: model_to_dict(rows.get(), fields=["story"]).get("story", "sealed"),
        lambda rows: serializers.serialize("python", rows.all())[0]["fields"]["story"],
        lambda rows: json.loads(serializers.serialize("json", rows.all()))[0]["fields"]["story"],
    ],
    ids=["values", "values_list", "annotate", "defer", "only", "raw", "model_to_dict", "python", "json"],
)
def test_sealed_column_says_sealed_however_it_is_asked_for(note, ask):
    assert str(ask(Note.objects)) == "sealed"


def test_row_tells_nothing_of_what_it_holds(note):
    told = [str(note), repr(note), _rendered(note), repr(model_to_dict(note))]

    stored = bytes(_stored(note))
    # The cells of a row hold what the database holds, and never what it says.
    assert [text for text in (str(vars(note)), *_logged(vars(note))) if MARK in text] == []
    assert [text for text in told if MARK in text or stored.hex() in text or repr(stored)[2:40] in text] == []


@pytest.mark.parametrize(
    "passed_on",
    [lambda row: pickle.loads(pickle.dumps(row)), copy.deepcopy],
    ids=["pickle", "deepcopy"],
)
def test_row_that_was_passed_on_carries_no_record(note, opened, passed_on):
    """A queue, a cache or a session gets nothing, not even the sealed bytes."""
    assert bytes(_stored(note)) not in pickle.dumps(note)

    again = passed_on(note)

    assert str(again.story) == "sealed"
    with pytest.raises(CannotOpen):
        opened.read(again, "story")
    with pytest.raises(SealedMisuse):
        again.save()


def test_sealed_value_that_was_passed_on_carries_no_record(note):
    for again in (pickle.loads(pickle.dumps(note.story)), copy.copy(note.story), copy.deepcopy(note.story)):
        assert (type(again), str(again), again._record) == (Sealed, "sealed", None)


# --- Columns that cannot be computed with -----------------------------------------------------------


REFUSED = {
    "exact": lambda rows: rows.filter(story="x"),
    "contains": lambda rows: rows.filter(story__contains="x"),
    "in": lambda rows: rows.filter(story__in=["x"]),
    "exclude": lambda rows: rows.exclude(story="x"),
    "transform": lambda rows: rows.filter(story__body="x"),
    "across a relation": lambda rows: Case.objects.filter(notes__story="x"),
    "get": lambda rows: [rows.get(story="x")],
    "order_by": lambda rows: rows.order_by("story"),
    "reverse order": lambda rows: rows.order_by(F("story").desc()),
    "order across a relation": lambda rows: Case.objects.order_by("notes__story"),
    "annotate": lambda rows: rows.annotate(size=Length("story")),
    "cast": lambda rows: rows.annotate(text=Cast("story", TextField())),
    "coalesce": lambda rows: rows.annotate(text=Coalesce("story", Value(None))),
    "aggregate": lambda rows: [rows.aggregate(Max("story"))],
    "count distinct": lambda rows: [rows.aggregate(Count("story", distinct=True))],
    "distinct on": lambda rows: rows.distinct("story"),
    "compared with itself": lambda rows: rows.filter(version=F("story")),
    "update": lambda rows: [rows.update(story="x")],
    "update with a record": lambda rows: [rows.update(story=rows.get().story)],
    "update by expression": lambda rows: [rows.update(story=F("story"))],
    "update of another column": lambda rows: [rows.update(version=Length("story"))],
    "bulk_update": lambda rows: [rows.bulk_update(list(rows.all()), ["story"])],
    "update_or_create": lambda rows: [rows.update_or_create(pk=rows.get().pk, defaults={"story": "x"})],
    "save of a text": lambda rows: [_with_text(rows.get()).save()],
    "create": lambda rows: [rows.create(case=rows.get().case, recorded_week="2026-11-16", story="x")],
}


def _with_text(row: Note) -> Note:
    row.story = "x"
    return row


@pytest.mark.parametrize("ask", REFUSED.values(), ids=REFUSED)
def test_sealed_column_is_not_computed_with(note, ask):
    before = bytes(_stored(note))

    with pytest.raises((SealedMisuse, DatabaseError)), transaction.atomic():
        list(ask(Note.objects))

    assert bytes(_stored(note)) == before


def test_equal_contents_cannot_be_told_by_grouping(case, note, caseworker):
    case.add_note(by=caseworker, row_id=uuid.uuid4(), body=MARK)

    groups = Note.objects.values("story").annotate(how_many=Count("pk"))

    assert [(str(group["story"]), group["how_many"]) for group in groups] == [("sealed", 1), ("sealed", 1)]
    assert len(Note.objects.values_list("story").distinct()) == 2


def test_whether_something_is_there_may_be_asked(note):
    assert [Note.objects.filter(story__isnull=gone).count() for gone in (True, False)] == [0, 1]


def test_column_without_anything_stays_none(case, caseworker, opened):
    row = Note(case=case, recorded_week=case.opened_week)
    row.story = None
    field = Note._meta.get_field("story")

    assert (field.pre_save(row, add=True), row.story) == (None, None)
    assert opened.read(row, "story") is None


# --- Rows that were copied --------------------------------------------------------------------------


def test_copied_row_opens_as_the_row_it_is(note, opened):
    assert opened.read(copy.copy(note), "story").body == MARK


def test_row_copied_to_another_key_is_not_saved_and_does_not_open(note, opened):
    twin = copy.copy(note)
    twin.pk = uuid.uuid4()

    with pytest.raises(SealedMisuse), transaction.atomic():
        twin.save(force_insert=True)
    with pytest.raises(CannotOpen):
        opened.read(twin, "story")
    assert Note.objects.count() == 1


def test_row_made_from_values_is_not_saved(note):
    values = Note.objects.values().get() | {"id": uuid.uuid4()}

    with pytest.raises(SealedMisuse), transaction.atomic():
        Note.objects.create(**values)
    with pytest.raises(SealedMisuse), transaction.atomic():
        Note.objects.bulk_create([Note(**values)])


def test_row_read_again_from_a_dump_file_is_not_saved(note):
    stored = serializers.serialize("json", Note.objects.all())

    (again,) = serializers.deserialize("json", stored)

    with pytest.raises(SealedMisuse), transaction.atomic():
        again.save()


# --- Content and keys -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", 0, False, [], "sealed", "\x00", "😀 الحب", None])
def test_values_that_look_empty_come_back_as_they_were(case, opened, caseworker, value):
    row = Note(pk=uuid.uuid4(), case=case, recorded_week=case.opened_week)
    with transaction.atomic():
        caseworker.vault.sealer(case, Compartment.STORY).write(row, "story", NoteStory(value, "", "x"))
        row.save(force_insert=True)

    read = opened.read(Note.objects.get(pk=row.pk), "story")

    assert (read, type(read.body)) == (NoteStory(value, "", "x"), type(value))


def test_wrong_key_is_a_typed_error_that_tells_nothing(case, note):
    wrong = OpenedOwner(
        case.pk, {(Compartment.STORY, 1): AESGCM(bytes(32)), (Compartment.ORDINARY, 1): AESGCM(bytes(32))}
    )

    for row, column in ((note, "story"), (case, "ordinary")):
        with pytest.raises(CannotOpen) as refused:
            wrong.read(row, column)
        assert (str(refused.value), refused.value.__cause__) == ("", None)


def test_compartment_that_was_not_opened_stays_shut(case, note, caseworker):
    ordinary = caseworker.vault.open_owner(
        case, [Compartment.ORDINARY], action=CASE_OPENED, by=caseworker.actor, relation=Relation.ASSIGNED
    )

    assert ordinary.read(case, "ordinary").language == "tam"
    with pytest.raises(CannotOpen):
        ordinary.read(note, "story")


def test_opened_content_is_not_left_in_the_row(case, opened):
    assert opened.read(case, "ordinary") == CaseOrdinary(opened.read(case, "ordinary").opened_at, "phone", "tam", "yes")

    assert str(case.ordinary) == "sealed"


@pytest.fixture
def keys(caseworker, case, opened) -> dict[str, object]:
    """Everything that holds open keys in a request."""
    vault = caseworker.vault
    with transaction.atomic():
        sealer = vault.sealer(case, Compartment.STORY)
    return {
        "Unlocked": vault,
        "Identity": vault.identity,
        "GroupRoot": vault.current_root(case.key_holder),
        "OpenedOwner": opened,
        "Sealer": sealer,
    }


def test_open_keys_say_sealed_and_nothing_else(keys):
    told = {name: {str(value), repr(value), f"{value}", f"{value!r:}", *_logged(value)} for name, value in keys.items()}

    assert told == {name: {f"<{name} sealed>"} for name in keys}


def _logged(value: object) -> list[str]:
    return logging.makeLogRecord({"msg": "%s|%r", "args": (value, value)}).getMessage().split("|")


@pytest.mark.parametrize("passed_on", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_open_keys_are_never_turned_into_bytes(keys, passed_on):
    for value in keys.values():
        with pytest.raises(NeverWritten):
            passed_on(value)


@pytest.mark.parametrize("passed_on", [pickle.dumps, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_what_holds_open_keys_is_not_passed_on_either(keys, caseworker, passed_on):
    for value in (caseworker, keys, list(keys.values())):
        with pytest.raises(NeverWritten):
            passed_on(value)


@pytest.mark.parametrize("encoder", [None, DjangoJSONEncoder])
def test_open_keys_are_no_json(keys, encoder):
    for name, value in keys.items():
        with pytest.raises(TypeError, match=f"Object of type {name} is not JSON serializable"):
            json.dumps(value, cls=encoder)


def test_who_acts_is_told_without_any_key(caseworker):
    root = caseworker.vault.identity.root

    told = repr(caseworker) + str(caseworker)

    assert [form for form in (root.hex(), repr(root)[2:-1]) if form in told] == []
    assert "<Unlocked sealed>" in told


def test_every_refusal_of_the_vault_is_one_kind_of_error():
    assert all(issubclass(error, VaultError) for error in (CannotOpen, SealedMisuse, NeverWritten))


def _stored(note: Note) -> memoryview:
    with connection.cursor() as cursor:
        cursor.execute("SELECT story FROM cases_note WHERE id = %s", [note.pk])
        return cursor.fetchone()[0]
