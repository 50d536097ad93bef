"""The steps of a consent as one table: every step × every state × every kind of person.

A new step or state fails here until it has its rows. Cells: `done`, or how the step is refused: 404 not theirs to see,
403 not theirs to take, 409 not possible now. What a page offers as possible is what is done, and nothing else.
"""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Case, Consent, ConsentState, State
from cases.models.moments import months_after
from cellule.accounts.acting import Acting
from cellule.accounts.roles import SYSTEM
from cellule.steps import TooLate
from tests.factories import case_at, inquiry, take
from tests.people import acting
from tests.referrals.sent import CLINIC, SHELTER, answer_of_person, consent, joined, opened
from tests.step_answer import answer

# Claire leads the case, Joaquín shares in it, `other` is a colleague who does not; Mireille supervises. Ana takes first
# calls, Paule audits, Luc keeps the machine running, Noor coordinates the agency for which the consent is.
PEOPLE = ("claire", "joaquin", "other", "mireille", "ana", "paule", "luc", "noor", "system")

type Made = Callable[[Case, Acting, Acting], Consent]


def _given(case: Case, claire: Acting, mireille: Acting) -> Consent:
    return consent(case, claire, joined(CLINIC, mireille), days=30)


def _refused(case: Case, claire: Acting, mireille: Acting) -> Consent:
    return consent(case, claire, joined(CLINIC, mireille), refused=True)


def _narrowed(case: Case, claire: Acting, mireille: Acting) -> Consent:
    first = _given(case, claire, mireille)
    consent(case, claire, joined(CLINIC, mireille), ["needs"])
    return first


def _superseded(case: Case, claire: Acting, mireille: Acting) -> Consent:
    first = _given(case, claire, mireille)
    _given(case, claire, mireille)
    return first


def _withdrawn(case: Case, claire: Acting, mireille: Acting) -> Consent:
    first = _given(case, claire, mireille)
    first.withdraw(by=mireille)
    return first


def _closed(case: Case, claire: Acting, mireille: Acting) -> Consent:
    first = _given(case, claire, mireille)
    take(case, "propose_closing", claire)
    take(case, "close", mireille)
    return first


SITUATIONS: dict[str, Made] = {
    "given": _given,
    "given, its end has come": _given,
    "refused": _refused,
    "narrowed": _narrowed,
    "superseded": _superseded,
    "withdrawn": _withdrawn,
    "expired": _given,
    "expired, with its case": _closed,
}

TABLE = """
# given
withdraw   done done 404 done 404 404 404 404 403
narrow     done done 404 403  404 404 404 404 403
supersede  done done 404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      done done 404 done 404 404 404 404 403

# given, its end has come
withdraw   done done 404 done 404 404 404 404 403
narrow     done done 404 403  404 404 404 404 403
supersede  done done 404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 done
lapse      done done 404 done 404 404 404 404 403

# refused
withdraw   409  409  404 409  404 404 404 404 403
narrow     409  409  404 403  404 404 404 404 403
supersede  409  409  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      409  409  404 409  404 404 404 404 403

# narrowed
withdraw   409  409  404 409  404 404 404 404 403
narrow     409  409  404 403  404 404 404 404 403
supersede  409  409  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      409  409  404 409  404 404 404 404 403

# superseded
withdraw   409  409  404 409  404 404 404 404 403
narrow     409  409  404 403  404 404 404 404 403
supersede  409  409  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      409  409  404 409  404 404 404 404 403

# withdrawn
withdraw   409  409  404 409  404 404 404 404 403
narrow     409  409  404 403  404 404 404 404 403
supersede  409  409  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      409  409  404 409  404 404 404 404 403

# expired
withdraw   409  409  404 409  404 404 404 404 403
narrow     409  409  404 403  404 404 404 404 403
supersede  409  409  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      409  409  404 409  404 404 404 404 403

# expired, with its case
withdraw   409  409  404 409  404 404 404 404 403
narrow     403  403  404 403  404 404 404 404 403
supersede  403  403  404 403  404 404 404 404 403
expire     403  403  404 403  404 404 404 404 409
lapse      403  403  404 409  404 404 404 404 403
"""


def _rows() -> dict[str, dict[str, list[str]]]:
    """By situation and step what each person is answered."""
    rows: dict[str, dict[str, list[str]]] = {}
    for line in TABLE.strip().splitlines():
        if line.startswith("# "):
            steps = rows.setdefault(line.removeprefix("# "), {})
        elif line:
            name, *cells = line.split()
            steps[name] = cells
    return rows


def test_every_step_has_a_row_in_every_situation():
    steps = sorted(step.name for step in Consent.steps())

    assert {situation: sorted(rows) for situation, rows in _rows().items()} == dict.fromkeys(SITUATIONS, steps)
    assert {situation.partition(",")[0] for situation in SITUATIONS} == {state.value for state in ConsentState}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_step_answers_each_person_as_the_table_says(db, situation, time_machine):
    people = {name: acting(name) for name in PEOPLE if name not in ("other", "system")}
    claire, joaquin, mireille = people["claire"], people["joaquin"], people["mireille"]
    made = SITUATIONS[situation]
    shared = made(case_at(State.ACTIVE, claire, shared_with=joaquin), claire, mireille)
    others = made(case_at(State.ACTIVE, claire), claire, mireille)
    if situation in ("given, its end has come", "expired"):
        time_machine.move_to(timezone.now() + datetime.timedelta(days=31), tick=False)
    if situation == "expired":
        for each in (shared, others):
            each.expire(by=SYSTEM)
    people |= {"other": joaquin, "system": SYSTEM}

    def told(step: str) -> dict[str, Consent]:
        """What takes its place: this test keeps nothing, so the one itself will do."""
        return {"to": shared} if step in ("narrow", "supersede") else {}

    found = {
        step.name: [
            answer(others if name == "other" else shared, step, people[name], **told(step.name)) for name in PEOPLE
        ]
        for step in Consent.steps()
    }

    assert Consent.objects.get(pk=shared.pk).state == situation.partition(",")[0]
    assert found == _rows()[situation]


# --- How long ---------------------------------------------------------------------------------------


def _record(case: Case, by: Acting, supervisor: Acting, ends_on: datetime.date, *, refused: bool = False) -> Consent:
    return case.record_consent(
        by=by,
        row_id=uuid.uuid4(),
        recipient=joined(SHELTER, supervisor).organisation,
        answer=answer_of_person(by),
        ends_on=ends_on,
        opened=opened(case, by),
        refused=refused,
    )


@pytest.mark.parametrize("days", [0, -1])
def test_consent_ends_not_before_tomorrow(caseworker, supervisor, days):
    case = case_at(State.ACTIVE, caseworker)

    with pytest.raises(TooLate):
        _record(case, caseworker, supervisor, timezone.localdate() + datetime.timedelta(days=days))

    assert Consent.objects.count() == 0


def test_consent_ends_within_twelve_months(caseworker, supervisor):
    case = case_at(State.ACTIVE, caseworker)

    with pytest.raises(TooLate):
        _record(case, caseworker, supervisor, months_after(timezone.localdate(), 12) + datetime.timedelta(days=1))

    assert Consent.objects.count() == 0


def test_database_takes_no_longer_consent(caseworker, supervisor):
    case = case_at(State.ACTIVE, caseworker)
    kept = consent(case, caseworker, joined(CLINIC, supervisor), days=365)

    with pytest.raises(IntegrityError, match="consent_ends_within_a_year"), transaction.atomic():
        Consent.objects.filter(pk=kept.pk).update(ends_on=kept.recorded_week + datetime.timedelta(days=373))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-11-22", 6, "2027-05-22"), ("2026-08-31", 6, "2027-02-28"), ("2028-02-29", 12, "2029-02-28")],
)
def test_months_are_counted_to_the_day(day, months, then):
    assert months_after(datetime.date.fromisoformat(day), months).isoformat() == then


def test_limits_are_explained_before_a_consent_is_asked_for(caseworker, supervisor):
    case = inquiry(caseworker)

    with pytest.raises(TooLate):
        _record(case, caseworker, supervisor, timezone.localdate() + datetime.timedelta(days=30))

    assert Consent.objects.count() == 0
