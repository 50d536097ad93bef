"""What a declared step is: its wall, its targets, its name in an address; seen on records that exist only here."""

import pytest
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations import AddConstraint, RemoveConstraint
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState
from django.http import Http404
from django.test.utils import isolate_apps
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from audit.log.actions import Action
from cases.models import Case
from cellule.accounts.roles import SYSTEM
from cellule.moves import Moves
from cellule.steps import Condition, Stepped, ToState, step

MOVED = Action("tests.moved", _("Began the intake"))


def _step(name: str, source: list[str], target: object, **told: object):
    """A step with nothing in it."""

    def nothing(self, *, by) -> None:
        """Change nothing but the state."""

    nothing.__name__ = name
    asked = {"action": MOVED, "label": _("Begin the intake"), "slug": name, "allowed": lambda record, user: True}
    return step(source=source, target=target, **{**asked, **told})(nothing)


def _record(**steps: object) -> type[Stepped]:
    """A kind of record with a state and these steps; inside `isolate_apps`."""
    meta = type("Meta", (), {"app_label": "cases", "constraints": []})
    state = FSMField(default="open", protected=True, max_length=10)
    version = models.PositiveIntegerField(default=1)
    body = {"__module__": __name__, "Meta": meta, "STARTS": ("open",), "state": state, "version": version}
    return type("Record", (Stepped,), body | {name: each(name) for name, each in steps.items()})


def _end(name: str):
    return _step(name, ["open", "late"], "ended")


def _stay(name: str):
    return _step(name, ["open"], None)


def _back(name: str):
    return _step(name, ["ended"], "open")


def _wall(record: type[Stepped]) -> Moves:
    (wall,) = record._meta.constraints
    assert isinstance(wall, Moves)
    return wall


# --- The wall follows from the steps ----------------------------------------------------------------


@isolate_apps("cases")
def test_wall_holds_every_move_and_no_step_that_stays():
    wall = _wall(_record(end=_end, stay=_stay))

    assert (wall.name, wall.field, wall.starts) == ("cases_record_moves", "state", ["open"])
    assert wall.moves == ["late>ended", "open>ended"]
    assert wall.named_by == Stepped.NAMED_BY


@isolate_apps("cases")
def test_wall_holds_every_target_that_a_record_may_decide_on():
    again = ToState(lambda record: "open", ["open", "late"])

    wall = _wall(_record(again=lambda name: _step(name, ["ended", "open"], again)))

    assert wall.moves == ["ended>late", "ended>open", "open>late"]


def test_one_more_step_is_seen_by_the_migrations():
    with isolate_apps("cases"):
        before = ModelState.from_model(_record(end=_end))
    with isolate_apps("cases"):
        after = ModelState.from_model(_record(end=_end, back=_back))

    changes = _changes(before, after)

    assert [type(each) for each in changes] == [RemoveConstraint, AddConstraint]
    assert [each.constraint.moves for each in changes[1:]] == [["ended>open", "late>ended", "open>ended"]]


def test_the_same_steps_in_another_order_are_no_change():
    with isolate_apps("cases"):
        before = ModelState.from_model(_record(end=_end, back=_back, stay=_stay))
    with isolate_apps("cases"):
        after = ModelState.from_model(_record(back=_back, end=_end))

    assert _changes(before, after) == []


def _changes(before: ModelState, after: ModelState) -> list:
    """What `makemigrations` would write."""
    states = [ProjectState({("cases", "record"): state}) for state in (before, after)]
    found = MigrationAutodetector(*states, MigrationQuestioner(specified_apps={"cases"})).changes(MigrationGraph())
    return found["cases"][0].operations if found else []


@isolate_apps("cases")
def test_wall_is_rebuilt_from_what_a_migration_keeps():
    wall = _wall(_record(end=_end))

    path, args, kwargs = wall.deconstruct()

    assert (path, args) == ("cellule.moves.Moves", ())
    assert Moves(**kwargs) == wall
    assert Moves(**{**kwargs, "moves": []}) != wall


def test_state_with_a_quote_makes_no_wall():
    wall = Moves(name="cases_case_moves", field="state", starts=["o'pen"], moves=[], named_by="NEW.reference")

    with pytest.raises(ValueError, match="quote"):
        wall.create_sql(Case, None)


# --- What a step is asked ---------------------------------------------------------------------------


@isolate_apps("cases")
def test_steps_stand_in_the_order_of_the_code_and_are_found_by_their_address():
    record = _record(end=_end, stay=_stay, back=_back)

    assert [each.name for each in record.steps()] == ["end", "stay", "back"]
    assert record.step_called("stay") == record.steps()[1]
    for unknown in ("", "End", "fin"):
        with pytest.raises(Http404):
            record.step_called(unknown)


@isolate_apps("cases")
def test_page_offers_what_lies_ahead_and_says_what_is_missing():
    late = Condition(lambda record, user: record.version > 1, _("It is too early."))
    mine = {"allowed": lambda record, user: user == "mine"}
    record = _record(
        end=lambda name: _step(name, ["open"], "ended", conditions=[late]),
        back=_back,
        stay=lambda name: _step(name, ["open"], None, **mine),
    )

    def offered(version: int, user: object) -> list[tuple[str, list[str]]]:
        offers = record(version=version).offers(user)
        return [(offer.step.name, [str(each) for each in offer.missing]) for offer in offers]

    assert offered(1, SYSTEM) == [("end", [str(_("It is too early."))])]
    assert offered(2, "mine") == [("end", []), ("stay", [])]


def test_target_outside_the_declared_ones_is_a_mistake_of_ours():
    wrong = ToState(lambda record: "elsewhere", ["open"])

    with pytest.raises(ValueError, match="elsewhere"):
        wrong.get_state(object(), None, None)


@isolate_apps("cases")
def test_step_names_who_takes_it():
    record = _record(end=_end)

    with pytest.raises(TypeError, match="by"):
        record().end()
