"""Referrals of one agency: some by the real steps, which open, and thousands beside them, which only lie in the way."""

import time
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import translation

from cases.models import Case, State
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.fiction import act_as, people_the_house
from referrals.contents import agreed_in_words, envelope_in_words
from referrals.doors import open_agreed
from referrals.fiction import tell
from referrals.models import Agency, Referral
from referrals.models.codes import ReferralState
from referrals.parcel import STEPS
from tests.cases.crowd import walls_down
from tests.factories import case_at, take
from tests.referrals.sent import CLINIC, consent, referral_at, send

IN_EACH_PART = 30
MESSAGES = 6
# In each state so many: first in their part of the inbox stand those that open.
_CROWD = """
INSERT INTO referrals_referral ({columns}) SELECT {values}
FROM (SELECT * FROM referrals_referral WHERE state = %(state)s LIMIT 1) AS one, generate_series(1, %(rows)s) AS i
"""
_SHARES = {ReferralState.SENT: 0.3, ReferralState.ACCEPTED: 0.2, ReferralState.COMPLETED: 0.5}
_NAMES = ("joaquin", "noor", "mireille")
_kept: dict[str, Any] = {}


def fill() -> dict[str, Any]:
    """Let a caseworker send to an agency that answers; gives who signs in there, and a referral with a whole history."""
    people = {person.email.split("@")[0]: person for person in people_the_house()}
    lead, partner, mireille = (act_as(people[name].email, people[name].passphrase) for name in _NAMES)
    tell({"mireille": mireille})
    agency, case = Agency.objects.get(name=CLINIC), case_at(State.ACTIVE, lead)
    for state in _SHARES:
        for _ in range(IN_EACH_PART):
            referral_at(state, lead=lead, partner=partner, to=agency, case=case)
    told = referral_at(ReferralState.ACCEPTED, lead=lead, partner=partner, to=agency, case=case)
    for number in range(MESSAGES):
        told.write_message(by=(lead, partner)[number % 2], row_id=uuid.uuid4(), words="Une question fictive. " * 10)
    take(told, "begin_service", partner)
    return {
        "signs_in": (people["noor"].email, people["noor"].passphrase),
        "sends": (people["joaquin"].email, people["joaquin"].passphrase),
        "case": case.reference,
        "told": _told(told, partner),
    }


def _told(referral: Referral, partner: Acting) -> dict[str, Any]:
    """A referral in clear, in the words of its page."""
    request = HttpRequest()
    request.user, request.acting = partner.user, outside_a_browser(partner.user, partner.vault.identity)
    opened = open_agreed(request, referral)
    answer = opened.read(referral, "answer")
    traces = [opened.read(row, "trace") for row in referral.traces.all()]
    messages = [opened.read(row, "words") for row in referral.messages.all()]
    with translation.override("fr"):
        return {
            "agency": referral.agency.name,
            "partner": (str(partner.user.pk), partner.user.name),
            "service": referral.service.name,
            "referral": {
                "reference": referral.reference,
                "state": str(referral.state),
                "envelope": _in_words(envelope_in_words(opened.read(referral, "envelope"))),
                "agreed": _in_words(agreed_in_words(opened.read(referral, "agreed"))),
                "answer": [(translation.gettext("Your words"), answer.words)] if answer.words else [],
            },
            "events": [(each.at, each.by, {"title": str(STEPS[each.step])}) for each in traces],
            "messages": [(each.at, each.by, {"words": each.words}) for each in messages],
        }


def _in_words(lines: Iterable[tuple[Any, str]]) -> list[tuple[str, str]]:
    return [(str(question), answer) for question, answer in lines]


def insert_crowd(rows: int) -> None:
    """Insert so many referrals to the same agency, which nobody can open (as the owner of the tables)."""
    connection.ensure_connection()
    owner = connection.connection
    made = {"id": "gen_random_uuid()", "version": "1", "access_until": "NULL"}
    columns = [field.column for field in Referral._meta.concrete_fields if not field.generated]
    with walls_down(owner, "public.referrals_referral"):
        for place, (state, share) in enumerate(_SHARES.items()):
            made["reference"] = f"'{place}' || lpad(to_hex(i), 7, '0')"
            # What is due first stands first to answer, and last in the other parts.
            made["due_on"] = f"one.due_on {'+' if state is ReferralState.SENT else '-'} (30 + i %% 200)"
            values = [made.get(column, f"one.{column}") for column in columns]
            statement = _CROWD.format(columns=", ".join(columns), values=", ".join(values))
            owner.execute(statement, {"state": state.value, "rows": int(rows * share)})


def prepare(email: str, passphrase: str) -> None:
    """Open the vault of the lead."""
    _kept["lead"] = act_as(email, passphrase)


def sends(case: str, number: int) -> list[str]:
    """Send so many referrals to the agency from a case; gives their references."""
    found, agency = Case.objects.get(reference=case), Agency.objects.get(name=CLINIC)
    return [send(found, _lead(), agency).reference for _ in range(number)]


def withdraws(referrals: int) -> float:
    """Seconds in which a consent ends with so many referrals that run under it, committed."""
    lead, agency = _lead(), Agency.objects.get(name=CLINIC)
    case = case_at(State.ACTIVE, lead)
    given = consent(case, lead, agency)
    sends(case.reference, referrals)
    by = _lead()
    start = time.perf_counter()
    given.withdraw(by=by)
    taken = time.perf_counter() - start
    if given.referrals.filter(state=ReferralState.RECALLED).count() != referrals:
        raise RuntimeError("not all of them were stopped")
    return taken


def _lead() -> Acting:
    """The lead in a new request."""
    lead = _kept["lead"]
    return outside_a_browser(lead.user, lead.vault.identity)
