"""A case comes into a circle by two people: from then on it does not exist for anybody else, and no key of theirs opens it."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from cases.models import Case, State
from cellule.notices.models import Notice
from cellule.steps import TooLate
from cellule.vault import parking
from cellule.vault.identities import HOUSE
from cellule.vault.models import GroupWrap, KeyGroup, OwnerKey
from cellule.vault.models.owner import Compartment
from cellule.vault.unlocked import NotAMember, group_id
from tests.factories import case_at
from tests.people import acting, signed_in

WORKERS = ("ana", "claire", "joaquin", "mireille", "omar")


@pytest.fixture
def active(caseworker, other_caseworker):
    """Claire's, shared with Joaquín."""
    return case_at(State.ACTIVE, caseworker, shared_with=other_caseworker)


@pytest.fixture
def encircled(active, caseworker, supervisor):
    """Claire's, with Mireille and nobody else."""
    return encircle(active, caseworker, supervisor)


def encircle(case: Case, lead, approver) -> Case:
    case.ask_circle(by=lead, people=[lead.user, approver.user], words="Le conjoint connaît quelqu’un d’ici.")
    case.approve_circle(by=approver)
    return case


def test_asked_circle_changes_nothing_yet(active, caseworker, supervisor):
    active.ask_circle(by=caseworker, people=[caseworker.user, supervisor.user], words="Pourquoi.")

    assert (active.key_holder, active.is_in_circle) == (group_id("unit"), False)
    assert active.circle_asked_by == caseworker.user.pk
    assert _seeing(active) == {"claire", "joaquin", "mireille", "omar"}
    assert not GroupWrap.objects.filter(group__kind=KeyGroup.Kind.CIRCLE).exists()


def test_circle_holds_every_key_and_the_unit_none(encircled, caseworker, supervisor):
    assert encircled.is_in_circle
    assert set(OwnerKey.objects.filter(owner=encircled.pk).values_list("holder", flat=True)) == {encircled.key_holder}
    holders = set(GroupWrap.objects.filter(group_id=encircled.key_holder).values_list("holder", flat=True))
    # And the house root, for the day when nobody of them is left.
    assert holders == {caseworker.user.pk, supervisor.user.pk, HOUSE}


def test_only_the_people_of_the_circle_see_it(encircled):
    assert _seeing(encircled) == {"claire", "mireille"}


@pytest.mark.parametrize("name", WORKERS)
def test_pages_of_a_case_in_a_circle(encircled, name):
    client, is_in = signed_in(name), name in ("claire", "mireille")

    pages = [
        client.get(f"/dossiers/{encircled.code}/{page}").status_code for page in ("", "personnes/", "notes/nouvelle/")
    ]

    assert pages == [200 if is_in else 404] * 3
    for address in ("/", "/dossiers/", "/dossiers/cellule/", "/dossiers/cellule/sans-responsable/"):
        shown = encircled.code in client.get(address).content.decode()
        assert (address, shown and not is_in) == (address, False)


def test_second_supervisor_outside_holds_no_key(encircled, second_supervisor):
    with pytest.raises(NotAMember), transaction.atomic():
        second_supervisor.vault.sealer(encircled, Compartment.STORY)
    with pytest.raises(NotAMember):
        second_supervisor.vault.wrapping_key(encircled.key_holder, 1)


def test_whoever_asked_does_not_agree(active, supervisor, second_supervisor):
    active.ask_circle(by=supervisor, people=[supervisor.user, second_supervisor.user], words="Pourquoi.")

    with pytest.raises(TooLate):
        active.approve_circle(by=supervisor)
    assert not Case.objects.get(pk=active.pk).is_in_circle


def test_supervisor_who_is_not_named_does_not_agree(active, caseworker, supervisor, second_supervisor):
    active.ask_circle(by=caseworker, people=[caseworker.user, supervisor.user], words="Pourquoi.")

    with pytest.raises(TooLate):
        active.approve_circle(by=second_supervisor)


def test_colleague_does_not_agree(active, caseworker, other_caseworker, supervisor):
    people = [caseworker.user, other_caseworker.user, supervisor.user]
    active.ask_circle(by=caseworker, people=people, words="Pourquoi.")

    with pytest.raises(PermissionDenied):
        active.approve_circle(by=other_caseworker)


@pytest.mark.parametrize(
    "people", [[], ["claire"], ["mireille"], ["claire", "joaquin"], ["claire", "ana"], ["mireille", "paule"]]
)
def test_who_cannot_be_a_circle(active, caseworker, people):
    with pytest.raises(TooLate):
        active.ask_circle(by=caseworker, people=[acting(name).user for name in people], words="Pourquoi.")

    assert Case.objects.get(pk=active.pk).circle_asked_by is None


def test_nothing_of_it_is_left_with_others(active, caseworker, other_caseworker, supervisor):
    for address in (
        f"/dossiers/{active.code}/notes/nouvelle/",
        f"/dossiers/{active.reference.lower()}/contact/",
        "/dossiers/nouveau/",
    ):
        for person in (other_caseworker, caseworker):
            parking.park(person.user.pk, address, [("body", "Un brouillon.")])

    encircle(active, caseworker, supervisor)

    assert list(Notice.objects.filter(recipient=other_caseworker.user).values_list("reference", flat=True)) == ["", ""]
    assert [kept.path for kept in parking.parked_for(other_caseworker.user.pk)] == ["/dossiers/nouveau/"]
    assert len(parking.parked_for(caseworker.user.pk)) == 3


def test_case_whose_lead_is_not_in_the_circle_waits_for_one_of_its_people(
    active, other_caseworker, supervisor, second_supervisor
):
    active.ask_circle(
        by=supervisor, people=[p.user for p in (other_caseworker, supervisor, second_supervisor)], words="Un conflit."
    )
    active.approve_circle(by=second_supervisor)

    assert (active.awaits_lead, list(active.leads())) == (True, [])
    assert _seeing(active) == {"joaquin", "mireille", "omar"}

    active.assign(by=supervisor, to=other_caseworker.user)

    assert list(active.leads()) == [other_caseworker.user]


def test_case_in_a_circle_is_given_to_its_people_alone(encircled, caseworker, other_caseworker, supervisor):
    with pytest.raises(TooLate):
        encircled.hand_over(by=caseworker, to=other_caseworker.user)
    with pytest.raises(TooLate):
        encircled.share(by=caseworker, to=other_caseworker.user)
    with pytest.raises(TooLate):
        encircled.end_sharing(by=caseworker, to=supervisor.user)

    encircled.hand_over(by=caseworker, to=supervisor.user)

    assert (list(encircled.leads()), list(encircled.shared_with())) == ([supervisor.user], [caseworker.user])
    assert _seeing(encircled) == {"claire", "mireille"}


def test_supervisors_outside_are_told_nothing(encircled, caseworker, supervisor, second_supervisor):
    before = Notice.objects.filter(recipient=second_supervisor.user).count()

    encircled.propose_closing(by=caseworker, reason="goals_reached", talk="held", words="Tout va bien.")

    assert Notice.objects.filter(recipient=second_supervisor.user).count() == before
    assert Notice.objects.filter(recipient=supervisor.user, kind="cases.waits_for_decision").exists()


def test_circle_ends_by_two_people(encircled, caseworker, supervisor):
    circle = encircled.key_holder
    with pytest.raises(TooLate):
        encircled.ask_lift(by=supervisor, words="Personne d’autre ne pourrait accepter.")
    encircled.ask_lift(by=caseworker, words="Le danger est passé.")

    with pytest.raises(PermissionDenied):
        encircled.approve_lift(by=caseworker)
    assert encircled.key_holder == circle


def test_lifted_circle_leaves_the_case_to_the_unit(encircled, caseworker, supervisor, other_caseworker):
    circle = encircled.key_holder
    encircled.ask_lift(by=caseworker, words="Le danger est passé.")
    encircled.approve_lift(by=supervisor)

    assert (encircled.key_holder, encircled.is_in_circle) == (group_id("unit"), False)
    assert set(OwnerKey.objects.filter(owner=encircled.pk).values_list("holder", flat=True)) == {group_id("unit")}
    assert not GroupWrap.objects.filter(group_id=circle).exists()
    assert _seeing(encircled) == {"claire", "mireille", "omar"}
    encircled.add_note(by=caseworker, row_id=uuid.uuid4(), body="De nouveau ensemble.")


def test_people_come_and_go_with_another_circle(encircled, caseworker, supervisor, second_supervisor, other_caseworker):
    first = encircled.key_holder
    people = [p.user for p in (other_caseworker, supervisor, second_supervisor)]

    encircled.ask_circle(by=caseworker, people=people, words="Joaquín prend la suite.")
    encircled.approve_circle(by=supervisor)

    assert encircled.key_holder != first
    assert not GroupWrap.objects.filter(group_id=first).exists()
    assert _seeing(encircled) == {"joaquin", "mireille", "omar"}
    with pytest.raises(Http404):
        encircled.ask_lift(by=caseworker, words="Non.")


def test_what_was_asked_is_declined(active, caseworker, supervisor):
    active.ask_circle(by=caseworker, people=[caseworker.user, supervisor.user], words="Pourquoi.")

    active.drop_circle(by=supervisor)

    assert (active.circle_asked_by, active.people_asked) == (None, ())
    with pytest.raises(TooLate):
        active.approve_circle(by=supervisor)


def _seeing(case: Case) -> set[str]:
    return {name for name in WORKERS if Case.objects.visible_to(acting(name).user).filter(pk=case.pk).exists()}
