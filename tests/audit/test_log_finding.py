"""Finding entries by index: every combination of questions finds what a plain look at each entry finds."""

import itertools
import random
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.log.finding import Wanted
from audit.log.models import Entry
from tests.audit.written_then import planted

pytestmark = pytest.mark.django_db

CLAIRE, JOAQUIN, PAULE = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
CASE, OTHER_CASE = uuid.UUID(int=8), uuid.UUID(int=9)
OPENED, LISTED = "cases.case_opened", "cases.cases_listed"


@pytest.fixture
def entries() -> list[Entry]:
    """Two hundred over two hundred hours, the newest first."""
    pick, now = random.Random(6), timezone.now()
    made = []
    for hour in range(200):
        actor = pick.choice([CLAIRE, JOAQUIN, PAULE])
        made.append(
            planted(
                now - timedelta(hours=200 - hour),
                actor,
                pick.choice([OPENED, LISTED]),
                actor_role="auditor" if actor == PAULE else "caseworker",
                reference=pick.choice(["", "7QK2M9XD", "23456789"]),
                shown=pick.choice([None, ["7QK2M9XD", "45678923"], ["23456789"]]),
                subject=pick.choice([None, CASE, OTHER_CASE]),
                outcome=pick.choice(["done", "done", "refused_forbidden", "failed"]),
            )
        )
    return made[::-1]


def fits(wanted: Wanted, entry: Entry) -> bool:
    """The questions, asked of one entry."""
    about = {entry.reference, *(entry.shown or [])} - {""}
    return all(
        (
            not wanted.actors or entry.actor_id in wanted.actors,
            not wanted.role or entry.actor_role == wanted.role,
            not wanted.action or entry.action == wanted.action,
            not wanted.outcome or entry.outcome == wanted.outcome,
            not wanted.about or about & set(wanted.about) or entry.subject in wanted.cases,
            wanted.start is None or entry.at >= wanted.start,
            wanted.end is None or entry.at < wanted.end,
        )
    )


def test_every_combination_finds_what_fits(entries):
    mine = {entry.pk for entry in entries}
    middle = entries[100].at
    questions = {
        "actors": [(), (CLAIRE,), (CLAIRE, PAULE), ("nobody",)],
        "role": ["", "auditor"],
        "about": [(), ("7QK2M9XD",), ("23456789", "45678923")],
        "cases": [(), (CASE,)],
        "action": ["", OPENED],
        "outcome": ["", "done", "failed"],
        "start": [None, middle],
        "end": [None, middle + timedelta(hours=50)],
    }

    different = []
    for answers in itertools.product(*questions.values()):
        wanted = Wanted(**dict(zip(questions, answers, strict=True)))
        if wanted.cases and not wanted.about:
            continue
        found = [entry.pk for entry in wanted.newest(5_000) if entry.pk in mine]
        if found != [entry.pk for entry in entries if fits(wanted, entry)]:
            different.append(wanted)

    assert different == []


def test_pages_go_on_without_gap(entries):
    wanted = Wanted(actors=(CLAIRE, JOAQUIN), action=OPENED)

    parts = list(wanted.in_parts(7))

    assert [entry for part in parts for entry in part] == [entry for entry in entries if fits(wanted, entry)]
    assert {len(part) for part in parts[:-1]} == {7}
    assert wanted.newest(3, before=parts[0][1].pk) == [*parts[0][2:5]]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_parts_end_with_the_last_entry(entries, size):
    wanted = Wanted(actors=(CLAIRE,), outcome="failed", about=("45678923",))
    all_of_them = [entry for entry in entries if fits(wanted, entry)]

    assert [entry for part in wanted.in_parts(size) for entry in part] == all_of_them


def test_whole_case_is_what_is_joined_by_its_log_reference(entries):
    now = timezone.now()
    consent = planted(now, CLAIRE, reference="CNSNT234", subject=uuid.UUID(int=7))
    case = planted(now, CLAIRE, reference="CASE2345", subject=uuid.UUID(int=7))
    listed = planted(now, CLAIRE, shown=["CASE2345"])
    joined = planted(now, JOAQUIN, subject=uuid.UUID(int=7))
    planted(now, CLAIRE, reference="7QK2M9XD")

    wanted = Wanted(about=("CNSNT234",)).with_whole_cases()

    assert (set(wanted.about), wanted.cases) == ({"CNSNT234", "CASE2345"}, (uuid.UUID(int=7),))
    assert set(wanted.newest(10)) == {consent, case, listed, joined}


def test_reference_is_a_value_and_never_a_statement(entries):
    odd = "'] OR 1=1 --"
    kept = planted(timezone.now(), CLAIRE, reference=odd, shown=[odd, '"', "%(x)s"])

    assert Wanted(about=(odd,)).newest(5) == [kept]
    assert Wanted(about=('"',)).newest(5) == [kept]
    assert Wanted(about=("%(x)s",)).newest(5) == [kept]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_what_is_long_past_follows_what_is_new(most):
    now = timezone.now()
    days = [400, 61, 59, 1]
    newest_first = [planted(now - timedelta(days=day), CLAIRE, reference="7QK2M9XD") for day in days][::-1]
    wanted = Wanted(about=("7QK2M9XD",))

    assert wanted.newest(most) == newest_first[:most]
    assert wanted.newest(most, before=newest_first[1].pk) == newest_first[2:][:most]
    assert wanted.newest(most, before=uuid.UUID(int=1)) == []
