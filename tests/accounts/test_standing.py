"""The supervisors' page on the keys: what it says when all is well, and each thing that is not."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cellule.accounts.standing import Standing, standing_of
from cellule.vault import removal, secrets_file
from cellule.vault.custody import drill, turn_house
from cellule.vault.identities import HOUSE
from cellule.vault.membership import kind_label
from cellule.vault.models import GroupWrap
from cellule.vault.unlocked import group_id
from tests.people import acting
from tests.vault.ceremonies import Desk, sheets, two
from tests.world import PEOPLE

__all__ = ["sheets"]
pytestmark = pytest.mark.django_db


def _group(standing: Standing, kind: str):
    return next(group for group in standing.groups if group.name == kind_label(kind))


def _tags(client) -> str:
    return client.get("/equipe/cles/").content.decode()


def test_everything_is_in_order_but_the_drill_that_never_was(sheets, supervisor):
    standing = standing_of(supervisor)

    assert [(g.turn_waits, g.house_opens, g.is_refused) for g in standing.groups] == [(False, True, False)] * 4
    assert {group.epoch for group in standing.groups} == {1}
    assert (standing.behind, standing.drilled_at, standing.drill_is_due, standing.turns) == ([], None, True, 0)
    assert [(p.number, p.is_newest, p.is_lost) for p in standing.peppers] == [(1, True, False)]
    assert standing.peppers[0].slots == len(PEOPLE)


def test_drill_is_known_and_due_again_in_a_year(sheets, supervisor):
    drill(two(sheets), supervisor.actor)

    standing = standing_of(supervisor)

    assert (standing.drilled_at is not None, standing.drill_is_due) == (True, False)
    old = Standing(**{**standing.__dict__, "drilled_at": standing.drilled_at - timedelta(days=366)})
    assert old.drill_is_due


def test_slots_under_an_older_pepper_are_named_until_they_move(sheets, supervisor):
    secrets_file.add_pepper()
    before = standing_of(supervisor)
    acting("claire")

    after = standing_of(supervisor)

    assert set(before.behind) - set(after.behind) == {"Claire Exemple"}
    assert [(p.number, p.slots) for p in after.peppers] == [(1, len(PEOPLE) - 1), (2, 1)]


def test_people_of_agencies_are_counted_and_not_named(sheets, supervisor):
    secrets_file.add_pepper()

    assert [name for name in standing_of(supervisor).behind if "Haddad" in name] == []


def test_lost_pepper_is_told(sheets, supervisor):
    secrets_file.add_pepper()
    secrets_file.drop_pepper(1)

    assert [(p.number, p.is_lost) for p in standing_of(supervisor).peppers] == [(1, True), (2, False)]


def test_turn_that_waits_is_told(sheets, supervisor, caseworker):
    removal.remove(caseworker.user.pk, organisation=None, by=supervisor.actor)

    standing = standing_of(supervisor)

    assert (_group(standing, "unit").turn_waits, _group(standing, "auditors").turn_waits) == (True, False)


def test_group_beyond_the_custodians_is_told(sheets, supervisor):
    GroupWrap.objects.filter(group_id=group_id("unit"), holder=HOUSE).delete()

    standing = standing_of(supervisor)

    assert (_group(standing, "unit").house_opens, _group(standing, "intake").house_opens) == (False, True)


def test_turned_root_and_rewritten_tables_have_their_day(sheets, supervisor):
    assert standing_of(supervisor).rewrite_is_due
    turn_house(two(sheets), supervisor.actor, written_down=Desk())
    call_command("rewrite_keys", verbosity=0)

    standing = standing_of(supervisor)

    assert (standing.turns, standing.turned_at is not None, standing.rewrite_is_due) == (1, True, False)
    assert standing.pin == secrets_file.read().pin


def test_page_is_for_supervisors_and_led_to_from_the_team(sheets, as_):
    mireille = as_("mireille")

    assert "/equipe/cles/" in mireille.get("/equipe/").content.decode()
    assert mireille.get("/equipe/cles/").status_code == 200
    for name in ("claire", "paule", "noor"):
        assert as_(name).get("/equipe/cles/").status_code == 403
    assert "/equipe/cles/" not in as_("paule").get("/equipe/").content.decode()


def test_page_shows_no_more_of_the_root_than_a_sheet_does(sheets, as_):
    page = _tags(as_("mireille"))

    pin = secrets_file.read().pin
    assert (pin[:16] in page, pin in page) == (True, False)
