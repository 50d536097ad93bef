"""Who can write to the database moves consents, packets, messages and their keys about: no page shows what was moved.

What the run-time role may change is changed as that role, the rest as the owner of the tables with the walls down.
"""

import json
import uuid
from dataclasses import dataclass, replace

import pytest
from django.db import IntegrityError, connection, transaction

from audit.log.models import Entry
from cases.models import Case, Category, Consent, State
from cellule.vault import rosters
from cellule.vault.models import OwnerKey
from cellule.vault.sealing import CannotOpen
from referrals.models import Agency, Referral, ReferralMessage
from tests.cases.crowd import walls_down
from tests.factories import case_at, take
from tests.people import acting, signed_in
from tests.referrals.sent import CLINIC, SENDING, SHELTER, consent, draft, joined, opened, send

OWNER = pytest.mark.django_db(transaction=True)
PARTNERS = {CLINIC: "noor", SHELTER: "solange"}


@dataclass(frozen=True)
class Told:
    """A referral that its agency has accepted, a message of each side beside it, and the words in all of it."""

    referral: Referral
    messages: list[ReferralMessage]
    words: list[str]
    partner: str


def _told(case: Case, to: Agency, name: str) -> Told:
    claire, partner = acting("claire"), acting(PARTNERS[to.name])
    words = [f"MARQUE-{name}-{kind}" for kind in ("nom", "récit", "question", "réponse")]
    referral = send(case, claire, to, replace(SENDING, called=words[0], summary=words[1]))
    take(referral, "accept", partner)
    writers = zip((partner, claire), words[2:], strict=True)
    messages = [referral.write_message(by=by, row_id=uuid.uuid4(), words=text) for by, text in writers]
    return Told(referral, messages, words, PARTNERS[to.name])


@pytest.fixture
def case(caseworker) -> Case:
    return case_at(State.ACTIVE, caseworker)


@pytest.fixture
def mine(case, supervisor) -> Told:
    return _told(case, joined(CLINIC, supervisor), "A")


@pytest.fixture
def another(case, supervisor) -> Told:
    """To the same agency, for the same case."""
    return _told(case, joined(CLINIC, supervisor), "B")


@pytest.fixture
def elsewhere(case, supervisor) -> Told:
    """To another agency."""
    return _told(case, joined(SHELTER, supervisor), "C")


def _change(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount, "the change must change something"


def _force(owner, table: str, statement: str, *values: object) -> None:
    with walls_down(owner, table):
        assert owner.execute(statement, values).rowcount, "the change must change something"


def _page(name: str, told: Told):
    """The referral's page as somebody gets it, in a browser that shows errors as a browser does."""
    return signed_in(name, raise_request_exception=False).get(f"/orientations/{told.referral.code}/")


def _assert_shut_to_agency(*moved: Told) -> None:
    """The agency reads no word of any of them, is told that something is wrong, and the log has kept the attempt."""
    words = [word for told in moved for word in told.words]
    for told in moved:
        failed = Entry.objects.filter(action="referrals.packet_forged", reference=told.referral.reference)
        before = failed.count()
        page = _page(told.partner, told)
        assert (page.status_code, [word for word in words if word in page.text]) == (409, [])
        assert failed.count() == before + 1


def _assert_shut_to_unit(*moved: Told) -> None:
    words = [word for told in moved for word in told.words]
    for told in moved:
        failed = Entry.objects.filter(action="referrals.packet_forged", reference=told.referral.reference)
        before = failed.count()
        page = _page("claire", told)
        assert (page.status_code, [word for word in words if word in page.text]) == (409, [])
        assert failed.count() == before + 1


def _assert_shut(*moved: Told) -> None:
    _assert_shut_to_agency(*moved)
    _assert_shut_to_unit(*moved)


def test_pages_show_the_words_before_anything_is_moved(mine, another, elsewhere):
    for told in (mine, another, elsewhere):
        for name in (told.partner, "claire"):
            page = _page(name, told)
            assert (page.status_code, [word for word in told.words if word not in page.text]) == (200, [])


# --- Packets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["envelope = agreed", "agreed = envelope", "signature = '{}'", "due_on = '2099-1-1'"]
)
def test_run_time_role_changes_nothing_of_what_was_sent(mine, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        _change(f"UPDATE referrals_referral SET {change} WHERE id = %s", mine.referral.pk)


@OWNER
@pytest.mark.parametrize("origin", ["another", "elsewhere"])
@pytest.mark.parametrize("column", ["envelope", "agreed", "answer"])
def test_packet_of_another_referral_stays_shut(mine, another, elsewhere, owner_connection, origin, column):
    other = another if origin == "another" else elsewhere
    _force(
        owner_connection,
        "public.referrals_referral",
        f"UPDATE referrals_referral a SET {column} = b.{column} FROM referrals_referral b WHERE a.id = %s AND b.id = %s",
        mine.referral.pk,
        other.referral.pk,
    )

    _assert_shut(mine)
    assert _page(other.partner, other).status_code == 200


@OWNER
@pytest.mark.parametrize(
    "change",
    [
        "envelope = agreed, agreed = envelope",
        "envelope = answer",
        "agreed = set_byte(agreed, 40, get_byte(agreed, 40) # 1)",
        "envelope = set_byte(envelope, 7, get_byte(envelope, 7) # 1)",
    ],
)
def test_packet_that_was_altered_stays_shut(mine, owner_connection, change):
    statement = f"UPDATE referrals_referral SET {change} WHERE id = %s"
    _force(owner_connection, "public.referrals_referral", statement, mine.referral.pk)

    _assert_shut(mine)


@OWNER
@pytest.mark.parametrize(
    "forgery",
    ["another", "colleague", "agency", "older roster", "older agency roster", "another consent", "a later end", "none"],
)
def test_packet_with_another_signature_stays_shut(
    mine, another, elsewhere, other_caseworker, coordinator, owner_connection, forgery
):
    agency = rosters.verified(mine.referral.agency_holder)
    assert len(agency.history) > 1
    changes = {
        "another": another.referral.signature,
        "colleague": {"sender": str(other_caseworker.user.pk)},
        "agency": {"sender": str(coordinator.user.pk)},
        "older roster": {"roster": 0},
        "older agency roster": {"agency_roster": agency.history[0]},
        "another consent": {"consent": str(elsewhere.referral.consent_id)},
        "a later end": {"ends_on": "2099-12-31"},
        "none": {"signature": "00" * 64},
    }[forgery]
    _force(
        owner_connection,
        "public.referrals_referral",
        "UPDATE referrals_referral SET signature = %s::jsonb WHERE id = %s",
        json.dumps({**mine.referral.signature, **changes}),
        mine.referral.pk,
    )

    _assert_shut_to_agency(mine)


@OWNER
def test_referral_addressed_to_another_agency_stays_shut(mine, elsewhere, owner_connection):
    """Row, key group and wraps all name the shelter: what was sealed for the clinic does not open there."""
    shelter = elsewhere.referral
    OwnerKey.objects.filter(owner=mine.referral.pk, holder=mine.referral.agency_holder).update(
        holder=shelter.agency_holder
    )
    _force(
        owner_connection,
        "public.referrals_referral",
        "UPDATE referrals_referral SET agency_id = %s, service_id = %s, agency_holder = %s, consent_id = %s"
        " WHERE id = %s",
        *(shelter.agency_id, shelter.service_id, shelter.agency_holder, shelter.consent_id, mine.referral.pk),
    )

    _assert_shut_to_agency(replace(mine, partner="solange"))


def test_agency_given_to_the_people_of_another_one_shows_them_nothing(mine, elsewhere, coordinator, other_coordinator):
    """They answer for the clinic by the table alone; no roster of its group names them."""
    clinic, shelter = coordinator.user.organisation_id, other_coordinator.user.organisation_id
    _change("UPDATE referrals_agency SET organisation_id = NULL WHERE organisation_id = %s", shelter)
    _change("UPDATE referrals_agency SET organisation_id = %s WHERE organisation_id = %s", shelter, clinic)

    page = _page("solange", mine)

    assert page.status_code != 200
    assert [word for word in mine.words if word in page.text] == []


# --- Keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened_before", [False, True], ids=["in the post box", "under the root"])
@pytest.mark.parametrize("origin", ["another referral", "another agency", "the unit", "the other part"])
def test_wrap_of_something_else_opens_nothing(mine, another, elsewhere, origin, opened_before):
    if opened_before:
        assert [_page(told.partner, told).status_code for told in (mine, another, elsewhere)] == [200, 200, 200]
    own = mine.referral
    planted = {
        "another referral": {"owner": another.referral.pk, "holder": own.agency_holder, "compartment": "agreed"},
        "another agency": {
            "owner": elsewhere.referral.pk,
            "holder": elsewhere.referral.agency_holder,
            "compartment": "agreed",
        },
        "the unit": {"owner": own.pk, "holder": own.key_holder, "compartment": "agreed"},
        "the other part": {"owner": own.pk, "holder": own.agency_holder, "compartment": "envelope"},
    }[origin]
    wrap = OwnerKey.objects.get(**planted).wrap
    there = OwnerKey.objects.filter(owner=own.pk, holder=own.agency_holder, compartment="agreed")
    assert there.update(wrap=wrap) == 1

    _assert_shut_to_agency(mine)
    assert _page("claire", mine).status_code == 200


def test_keys_put_back_after_a_withdrawal_open_nothing(mine, caseworker):
    kept = list(OwnerKey.objects.filter(owner=mine.referral.pk, holder=mine.referral.agency_holder))
    mine.referral.consent.withdraw(by=caseworker)
    OwnerKey.objects.bulk_create(kept)

    page = _page(mine.partner, mine)

    assert [word for word in mine.words if word in page.text] == []


# --- Messages ---------------------------------------------------------------------------------------


def test_messages_exchanged_within_a_referral_stay_shut(mine):
    first, second = (message.pk for message in mine.messages)
    _change(
        "UPDATE referrals_referralmessage a SET words = b.words FROM referrals_referralmessage b"
        " WHERE a.id IN (%s, %s) AND b.id IN (%s, %s) AND a.id <> b.id",
        *(first, second, first, second),
    )

    _assert_shut(mine)


def test_message_hung_onto_another_referral_stays_shut(mine, another):
    _change(
        "UPDATE referrals_referralmessage SET referral_id = %s WHERE id = %s",
        another.referral.pk,
        mine.messages[0].pk,
    )

    _assert_shut(another)


def test_message_in_the_place_of_a_step_stays_shut(mine):
    """Same referral, same compartment, same key: the record is bound to its column too."""
    _change(
        "UPDATE referrals_referraltrace t SET trace = m.words FROM referrals_referralmessage m"
        " WHERE t.referral_id = %s AND m.id = %s",
        *(mine.referral.pk, mine.messages[0].pk),
    )

    _assert_shut(mine)


# --- Consents ---------------------------------------------------------------------------------------


@pytest.fixture
def narrow(case, caseworker, supervisor) -> Consent:
    """A consent for the shelter to hear what is needed, and nothing else."""
    return consent(case, caseworker, joined(SHELTER, supervisor), {Category.NEEDS.value})


@pytest.mark.parametrize("whose", ["the same case", "another case"])
def test_wider_consent_in_the_place_of_a_narrow_one_lets_nothing_out(case, caseworker, supervisor, narrow, whose):
    about = case if whose == "the same case" else case_at(State.ACTIVE, caseworker)
    wide = consent(about, caseworker, joined(CLINIC, supervisor))
    _change(
        "UPDATE cases_consent a SET story = b.story FROM cases_consent b WHERE a.id = %s AND b.id = %s",
        *(narrow.pk, wide.pk),
    )
    referral = draft(case, caseworker, joined(SHELTER, supervisor).services.first())

    with pytest.raises(CannotOpen):
        referral.send(by=caseworker, sending=SENDING, opened=opened(case, caseworker))

    referral = Referral.objects.get(pk=referral.pk)
    assert (referral.state, referral.agreed) == ("draft", None)
    page = signed_in("claire", raise_request_exception=False).get(f"/consentements/{narrow}/")
    assert page.status_code == 409


@pytest.mark.parametrize("change", ["recipient_id = %(shelter)s", "ends_on = ends_on + 1"])
def test_consent_that_was_altered_in_clear_lets_nothing_out(case, caseworker, supervisor, change):
    """For somebody else than the person said, or for longer."""
    shelter, clinic = (joined(name, supervisor) for name in (SHELTER, CLINIC))
    kept = consent(case, caseworker, clinic)
    to = shelter if "recipient" in change else clinic
    with connection.cursor() as cursor:
        values = {"shelter": shelter.organisation_id, "consent": kept.pk}
        cursor.execute(f"UPDATE cases_consent SET {change} WHERE id = %(consent)s", values)
    referral = draft(case, caseworker, to.services.first())

    with pytest.raises(CannotOpen):
        referral.send(by=caseworker, sending=SENDING, opened=opened(case, caseworker))
    page = signed_in("claire", raise_request_exception=False).get(f"/consentements/{kept}/")
    assert page.status_code == 409
