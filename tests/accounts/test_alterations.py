"""Whoever writes to the database: nothing altered opens, the person reads one clear page, and it does not stay unseen."""

import secrets
import uuid
from dataclasses import replace

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from audit.log.models import Entry
from cases.models import State
from cellule.accounts import alterations
from cellule.accounts.models import User
from cellule.jobs import work
from cellule.jobs.models import Job
from cellule.notices.models import Notice
from cellule.vault import removal, rosters
from cellule.vault.identities import Identity, PublicIdentity
from cellule.vault.models import EpochLink, GroupWrap, HolderKeys, OwnerKey
from cellule.vault.rosters import Member
from cellule.vault.sealing import CannotOpen, wrap_to
from cellule.vault.unlocked import group_id, member_binding
from referrals.models.codes import ReferralState
from tests.factories import case_at
from tests.people import said
from tests.referrals.sent import CLINIC, joined, referral_at

pytestmark = pytest.mark.django_db(transaction=True)

SEALED, FORGED, ROSTER = "vault.sealed_altered", "vault.forgery_met", "vault.roster_refused"


@pytest.fixture(autouse=True)
def _fresh_verification():
    """As a process that starts now; the other tests' processes keep what they verified."""
    rosters.forget_cache()
    yield
    rosters.forget_cache()


@pytest.fixture
def cases(caseworker):
    """Two cases that Claire leads: one is altered, the other one is not."""
    return case_at(State.INQUIRY, caseworker), case_at(State.INQUIRY, caseworker)


def _wrap_of_another_case(altered, other):
    wraps = OwnerKey.objects.filter(compartment="ordinary")
    wraps.filter(owner=altered.pk).update(wrap=bytes(wraps.get(owner=other.pk).wrap))


def _unknown_suite(altered, other):
    row = OwnerKey.objects.get(owner=altered.pk, compartment="ordinary")
    OwnerKey.objects.filter(pk=row.pk).update(wrap=b"\x09" + bytes(row.wrap)[1:])


def _newer_epoch(altered, other):
    OwnerKey.objects.filter(owner=altered.pk, compartment="ordinary").update(epoch=2)


def _another_holder(altered, other):
    OwnerKey.objects.filter(owner=altered.pk).update(holder=group_id("unit"))


def _record_of_another_case(altered, other):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET ordinary = (SELECT ordinary FROM cases_case WHERE id = %s) WHERE id = %s",
            [other.pk, altered.pk],
        )


def _cut_record(altered, other):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET ordinary = substring(ordinary FROM 1 FOR 20) WHERE id = %s", [altered.pk])


def _entries() -> list[tuple[str, str, str, str, str]]:
    found = Entry.objects.filter(action__in=[SEALED, FORGED, ROSTER]).order_by("at")
    return [(each.action, each.actor_id, each.subject_type, each.reference, each.outcome) for each in found]


def _told() -> set[tuple[str, str]]:
    codes = [kind.code for kind in alterations._SIGNALS.values()]
    return set(Notice.objects.filter(kind__in=codes).values_list("recipient__email", "kind"))


EVERYBODY_WHO_ANSWERS = {
    ("mireille@cellule.example", "accounts.altered"),
    ("omar@cellule.example", "accounts.altered"),
    ("rose@cellule.example", "accounts.altered_entry"),
}


@pytest.mark.parametrize(
    "alter",
    [
        _wrap_of_another_case,
        _unknown_suite,
        _newer_epoch,
        _another_holder,
        _record_of_another_case,
        _cut_record,
    ],
)
def test_altered_case_gives_one_page_one_entry_and_a_signal(as_, cases, caseworker, alter):
    altered, other = cases
    claire, page = as_("claire"), reverse("cases:case", args=[altered.reference])
    assert claire.get(page).status_code == 200

    alter(altered, other)
    answer = claire.get(page)

    assert (answer.status_code, said("This cannot be opened safely") in answer.text) == (409, True)
    assert _entries() == [(SEALED, str(caseworker.user.pk), "cases:case", altered.reference, "failed")]
    assert _told() == EVERYBODY_WHO_ANSWERS
    assert claire.get(reverse("cases:case", args=[other.reference])).status_code == 200


def _group_wrap_of_a_colleague():
    claire, joaquin = User.objects.get(email__startswith="claire"), User.objects.get(email__startswith="joaquin")
    wraps = GroupWrap.objects.filter(group_id=group_id("unit"))
    wraps.filter(holder=claire.pk).update(wrap=bytes(wraps.get(holder=joaquin.pk).wrap))


def _root_of_one_s_own():
    """A root that the person's keys open, and that no roster has named."""
    claire, wraps = User.objects.get(email__startswith="claire"), GroupWrap.objects.filter(group_id=group_id("unit"))
    box = PublicIdentity.decode(bytes(HolderKeys.objects.get(holder=claire.pk).public)).box_key
    planted = wrap_to(box, 1, secrets.token_bytes(32), member_binding(group_id("unit"), 1, claire.pk))
    wraps.filter(holder=claire.pk).update(wrap=planted)


@pytest.mark.parametrize("alter", [_group_wrap_of_a_colleague, _root_of_one_s_own])
def test_altered_root_of_a_group_gives_the_page_to_whose_it_is(as_, caseworker, alter):
    case = case_at(State.INTAKE, caseworker)
    page = reverse("cases:case", args=[case.reference])
    claire, mireille = as_("claire"), as_("mireille")
    assert claire.get(page).status_code == 200

    alter()

    assert claire.get(page).status_code == 409
    assert [entry[:2] for entry in _entries()] == [(SEALED, str(caseworker.user.pk))]
    assert mireille.get(page).status_code == 200


def _planted_roster():
    """Signed by keys of whoever planted it."""
    intruder, identity = uuid.uuid4(), Identity(secrets.token_bytes(32))
    public = identity.public
    HolderKeys.objects.create(fingerprint=public.fingerprint, holder=intruder, public=public.encode())
    unit = rosters.verified(group_id("unit"))
    member = Member(intruder, public.fingerprint, "supervisor", True)
    rosters.sign(unit.successor(members=(*unit.body.members, member)), (intruder, identity)).save()


def _member_with_more_rights():
    unit = rosters.verified(group_id("unit"))
    raised = tuple(replace(member, may_admit=True) for member in unit.body.members)
    rosters.sign(unit.successor(members=raised), (uuid.uuid4(), Identity(secrets.token_bytes(32)))).save()


@pytest.mark.parametrize("plant", [_planted_roster, _member_with_more_rights])
def test_planted_roster_closes_the_house_clearly(as_, caseworker, plant):
    claire = as_("claire")
    assert claire.get(reverse("cases:day")).status_code == 200

    plant()
    answer = claire.get(reverse("cases:day"))

    assert (answer.status_code, said("This cannot be opened safely") in answer.text) == (409, True)
    assert _entries() == [(ROSTER, str(caseworker.user.pk), "cases:day", "", "failed")]
    assert _told() == EVERYBODY_WHO_ANSWERS
    # Out they come, from whatever page.
    assert claire.post(reverse("account_logout")).status_code == 302


def test_forged_key_of_a_packet_is_told_as_a_forgery(as_, supervisor, caseworker, coordinator):
    referral = referral_at(ReferralState.SENT, lead=caseworker, partner=coordinator, to=joined(CLINIC, supervisor))
    rows = OwnerKey.objects.filter(owner=referral.pk, compartment="envelope")
    posted = bytes(rows.get(holder=referral.agency_holder).wrap)
    claire, page = as_("claire"), reverse("referrals:message", args=[referral.reference])
    once = claire.get(page).context["form"]["once"].value()
    assert claire.post(page, {"once": once, "words": "Bonjour."}).status_code == 302

    rows.filter(holder=referral.key_holder).update(wrap=posted)
    once = claire.get(page).context["form"]["once"].value()
    answer = claire.post(page, {"once": once, "words": "Encore."})

    assert answer.status_code == 409
    assert (FORGED, str(caseworker.user.pk), "referrals:message", referral.reference, "failed") in _entries()
    assert _told() == EVERYBODY_WHO_ANSWERS


def test_each_is_told_once_a_day_and_the_log_has_all_of_it(as_, cases):
    altered, other = cases
    claire, page = as_("claire"), reverse("cases:case", args=[altered.reference])
    _wrap_of_another_case(altered, other)

    for _again in range(3):
        claire.get(page)

    assert len(_entries()) == 3
    assert Notice.objects.filter(kind__startswith="accounts.altered").count() == len(EVERYBODY_WHO_ANSWERS)


def test_privacy_officer_is_led_to_the_entry_and_the_mail_says_nothing(as_, cases):
    altered, other = cases
    _wrap_of_another_case(altered, other)
    as_("claire").get(reverse("cases:case", args=[altered.reference]))

    notice = Notice.objects.get(kind="accounts.altered_entry")
    assert as_("rose").get(notice.address).status_code == 200
    for job in Job.objects.unfinished().filter(kind="notices.deliver"):
        work.run(job.pk)
    assert [altered.reference in f"{letter.subject}{letter.body}" for letter in mail.outbox] == [False] * 3


def test_what_a_page_leaves_out_is_told_all_the_same(cases, caseworker):
    with pytest.raises(CannotOpen), alterations.told(caseworker.actor, "tests:page", "7QK2M9XD"):
        raise CannotOpen

    assert _entries() == [(SEALED, str(caseworker.user.pk), "tests:page", "7QK2M9XD", "failed")]
    assert _told() == EVERYBODY_WHO_ANSWERS


def test_link_of_the_chain_that_was_altered_is_told(as_, caseworker, supervisor, other_caseworker):
    """What was written before a turn opens through the chain alone."""
    case = case_at(State.INTAKE, caseworker)
    page = reverse("cases:case", args=[case.reference])
    removal.remove(other_caseworker.user.pk, organisation=None, by=supervisor.actor, unlocked=supervisor.vault)
    claire = as_("claire")
    assert claire.get(page).status_code == 200

    for link in EpochLink.objects.all():
        EpochLink.objects.filter(pk=link.pk).update(wrap=bytes(link.wrap)[:-1] + bytes([bytes(link.wrap)[-1] ^ 1]))

    assert claire.get(page).status_code == 409
    assert [entry[0] for entry in _entries()] == [SEALED]
