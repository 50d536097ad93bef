"""The inbox of an agency: what each part lists, in which order, under which entry, and nothing of anybody else's."""

import datetime
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from cases.models import State
from cellule.vault import parking
from cellule.vault.models import OwnerKey
from referrals import inbox
from referrals.inbox import Part
from referrals.models import Referral
from referrals.models.codes import ReferralState, Urgency
from tests.factories import case_at, take
from tests.people import acting, said, signed_in
from tests.referrals.sent import CLINIC, SENDING, SHELTER, joined, referral_at, send

INBOX = "/orientations/"
_PARTS = {
    Part.TO_ANSWER: {"sent", "viewed"},
    Part.UNDER_WAY: {"accepted", "in_service", "on_hold"},
    Part.OVER: {"completed", "not_delivered"},
}
_TOKENS = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def shelter(supervisor):
    return joined(SHELTER, supervisor)


@pytest.fixture
def reached(clinic, caseworker, coordinator):
    """`reached(state)`: a referral of Claire's to Noor's clinic."""
    return lambda state=ReferralState.SENT: referral_at(state, lead=caseworker, partner=coordinator, to=clinic)


def _listed(client: Client, query: str = "") -> list[str]:
    return [line.referral.reference for line in client.get(f"{INBOX}{query}").context["lines"]]


@pytest.fixture
def sent_in(reached, time_machine):
    """`sent_in(weeks)`: a referral of so many weeks later, which is due as much later."""
    begun = timezone.now()

    def made(weeks: int, state: ReferralState = ReferralState.SENT) -> str:
        time_machine.move_to(begun + datetime.timedelta(weeks=weeks))
        referral = reached(state)
        time_machine.move_to(begun)
        return referral.reference

    return made


# --- What is listed ---------------------------------------------------------------------------------


def test_each_part_lists_its_states_and_no_other(reached):
    made = {state: reached(state).reference for state in ReferralState if state is not ReferralState.EXPIRED}
    noor = signed_in("noor")

    found = {part: set(_listed(noor, f"?volet={part}")) for part in Part}

    assert found == {part: {made[ReferralState(state)] for state in states} for part, states in _PARTS.items()}


def test_line_tells_need_language_and_deadline_and_no_name(clinic, caseworker):
    referral = send(case_at(State.ACTIVE, caseworker), caseworker, clinic, replace(SENDING, urgency=Urgency.URGENT))

    page = signed_in("thea").get(INBOX)

    (line,) = page.context["lines"]
    assert (line.needs, str(line.language), line.is_urgent) == ("A safe place to sleep", said("Tamil"), True)
    assert referral.due_on.isoformat() in page.text
    for content in ("Lune Bleue", "Zélie Fictive", "555-0123", "un lit loin", "Claire"):
        assert content not in page.text


def test_list_is_logged_under_one_entry_that_names_what_it_shows(reached):
    listed = {reached().reference for _ in range(3)}
    before = Entry.objects.filter(action="referrals.referrals_listed").count()

    signed_in("noor").get(INBOX)

    entries = Entry.objects.filter(action="referrals.referrals_listed")
    assert entries.count() == before + 1
    assert set(entries.order_by("pk").last().shown) == listed


def test_empty_part_says_so_and_logs_nothing(clinic):
    page = signed_in("noor").get(f"{INBOX}?volet=en-cours")

    assert (page.status_code, page.context["lines"]) == (200, [])
    assert Entry.objects.filter(action="referrals.referrals_listed").count() == 0


def test_looking_at_the_list_moves_nothing(reached):
    referral = reached()

    signed_in("noor").get(INBOX)

    assert Referral.objects.get(pk=referral.pk).state == "sent"


def test_unknown_part_shows_what_is_to_be_answered(reached):
    referral = reached()

    assert _listed(signed_in("noor"), "?volet=cachees&apres=0000-0000") == [referral.reference]


def test_whole_team_sees_the_same(reached):
    for _ in range(2):
        reached()

    assert _listed(signed_in("noor")) == _listed(signed_in("thea"))


def test_what_is_due_first_stands_first_to_answer_and_last_elsewhere(sent_in):
    to_answer = [sent_in(weeks) for weeks in (3, 1, 2)]
    under_way = [sent_in(weeks, ReferralState.ACCEPTED) for weeks in (3, 1, 2)]
    noor = signed_in("noor")

    assert _listed(noor) == [to_answer[1], to_answer[2], to_answer[0]]
    assert _listed(noor, "?volet=en-cours") == [under_way[0], under_way[2], under_way[1]]


def test_consent_that_is_over_takes_its_referrals_out_before_any_tidying(reached, time_machine):
    reached()
    accepted = reached(ReferralState.ACCEPTED)
    ends_on = accepted.consent.ends_on
    time_machine.move_to(datetime.datetime.combine(ends_on, datetime.time(17), datetime.UTC), tick=False)
    noor = signed_in("noor")

    assert [_listed(noor, f"?volet={part}") for part in Part] == [[], [], []]


def test_access_that_has_ended_leaves_a_line_without_content(reached, caseworker):
    referral = reached(ReferralState.COMPLETED)
    take(referral, "end_access", caseworker)

    (line,) = signed_in("thea").get(f"{INBOX}?volet=terminees").context["lines"]

    assert (line.referral.reference, line.needs, line.language) == (referral.reference, "", "")


# --- Pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [Part.TO_ANSWER, Part.UNDER_WAY])
def test_pages_follow_one_another_there_and_back(sent_in, monkeypatch, part):
    monkeypatch.setattr(inbox, "PAGE", 2)
    state = ReferralState.SENT if part is Part.TO_ANSWER else ReferralState.ACCEPTED
    # Two of them are due on one day.
    made = [sent_in(weeks, state) for weeks in (1, 2, 2, 3, 4)]
    noor = signed_in("noor")

    there, address = [], f"?volet={part}"
    while address:
        page = noor.get(f"{INBOX}{address}")
        there.append([line.referral.reference for line in page.context["lines"]])
        address, back = page.context["older"], page.context["newer"]
    again = _listed(noor, back)

    assert [len(each) for each in there] == [2, 2, 1]
    assert {reference for each in there for reference in each} == set(made)
    assert again == there[1]


# --- What was kept ---------------------------------------------------------------------------------


def test_text_that_was_being_written_is_found_again_in_the_inbox(reached, coordinator):
    noor, address = signed_in("noor"), reverse("referrals:referral", args=[reached().reference])
    assert noor.get(INBOX).context["kept"] == 0

    parking.park(coordinator.user.pk, f"{address}message/", [("words", "Une place pour trois nuits.")])

    page = noor.get(INBOX)
    assert (page.context["kept"], f'href="{reverse("accounts:kept")}"' in page.text) == (1, True)


# --- Cost -------------------------------------------------------------------------------------------


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(INBOX).status_code == 200
    return len(captured)


def test_ten_referrals_cost_no_more_queries_than_one(reached):
    noor = signed_in("noor")
    reached()
    first, again = _queries(noor), _queries(noor)
    for _ in range(10):
        reached()

    assert (_queries(noor), _queries(noor)) == (first, again)


# --- Nothing of another agency ----------------------------------------------------------------------


def test_inbox_is_the_same_to_the_byte_whatever_other_agencies_have(reached, shelter, caseworker, other_coordinator):
    reached()
    noor, parts = signed_in("noor"), [f"{INBOX}?volet={part}" for part in Part]
    noor.get(INBOX)
    before = [_TOKENS.sub("", noor.get(address).text) for address in parts]

    for state in (ReferralState.SENT, ReferralState.ACCEPTED, ReferralState.COMPLETED, ReferralState.RECALLED):
        other = referral_at(state, lead=caseworker, partner=other_coordinator, to=shelter)
        if state is ReferralState.SENT:
            other.write_message(by=caseworker, row_id=other.pk, words="Pour trois nuits.")

    assert [_TOKENS.sub("", noor.get(address).text) for address in parts] == before
    solange = signed_in("solange")
    assert [len(_listed(solange, f"?volet={part}")) for part in Part] == [1, 1, 1]


def test_mark_of_another_agency_leads_to_the_first_page(reached, shelter, caseworker, other_coordinator):
    mine = reached().reference
    other = referral_at(ReferralState.SENT, lead=caseworker, partner=other_coordinator, to=shelter)

    assert _listed(signed_in("noor"), f"?apres={other.reference}") == [mine]


def test_two_agencies_of_one_case_do_not_learn_of_each_other(
    clinic, shelter, caseworker, coordinator, other_coordinator
):
    first = referral_at(ReferralState.ACCEPTED, lead=caseworker, partner=coordinator, to=clinic)
    second = referral_at(ReferralState.VIEWED, lead=caseworker, partner=other_coordinator, to=shelter, case=first.case)
    noor, page = signed_in("noor"), reverse("referrals:referral", args=[first.reference])
    before = _TOKENS.sub("", noor.get(page).text)

    take(second, "decline", other_coordinator)

    after = _TOKENS.sub("", noor.get(page).text)
    assert "Saule" not in after
    assert after == before


# --- Packets that were tampered with ----------------------------------------------------------------


def test_one_forged_packet_closes_its_own_line_and_no_other(reached, clinic):
    good, forged = reached(), reached()
    group = forged.agency_holder
    wrap = OwnerKey.objects.get(owner=good.pk, holder=group, compartment="envelope").wrap
    OwnerKey.objects.filter(owner=forged.pk, holder=group, compartment="envelope").update(wrap=bytes(wrap))

    page = signed_in("thea").get(INBOX)

    told = {line.referral.reference: line.needs for line in page.context["lines"]}
    assert told == {good.reference: "A safe place to sleep", forged.reference: ""}


# What somebody who owns the database writes over a packet with that of another one, the walls being down.
_OVER = {
    "signature": "signature = g.signature",
    "content": "envelope = g.envelope, agreed = g.agreed",
    "whole packet": "envelope = g.envelope, agreed = g.agreed, signature = g.signature",
}


@pytest.mark.parametrize("kind", ["key", *_OVER])
def test_replayed_packet_shows_one_message_leaves_an_entry_and_opens_nothing(reached, owner_connection, kind):
    good, forged = reached(), reached()
    if kind == "key":
        wraps = OwnerKey.objects.filter(holder=forged.agency_holder, compartment="envelope")
        wraps.filter(owner=forged.pk).update(wrap=bytes(wraps.get(owner=good.pk).wrap))
    else:
        write = "UPDATE referrals_referral f SET {} FROM referrals_referral g WHERE f.id = %s AND g.id = %s"
        owner_connection.execute("ALTER TABLE referrals_referral DISABLE TRIGGER USER")
        owner_connection.execute(write.format(_OVER[kind]), [forged.pk, good.pk])
        owner_connection.execute("ALTER TABLE referrals_referral ENABLE TRIGGER USER")

    page = signed_in("thea").get(reverse("referrals:referral", args=[forged.reference]))

    assert page.status_code == 409
    assert "It is not what the unit has signed" in page.text
    assert "A safe place to sleep" not in page.text
    entries = Entry.objects.filter(reference=forged.reference, action="referrals.packet_forged")
    assert [(entry.actor_id, entry.outcome) for entry in entries] == [(str(acting("thea").user.pk), "failed")]
    assert Referral.objects.get(pk=forged.pk).state == "sent"
