"""A log of millions of entries, as years of a busy house would leave it, and its list asked with every filter."""

import random
import uuid
from itertools import product

from django.db import connection
from django.utils import timezone

from cellule.accounts.models import Organisation, User
from tests.bench import progress

YEARS, CASES, AT_ONCE = 3, 20_000, 500_000
_FIRST_LEFT = 30
# How many people of each role, the busiest roles first, and what they do, the most frequent first.
_PEOPLE = {"caseworker": 40, "supervisor": 4, "agency_worker": 20, "auditor": 3, "administrator": 2}
_ACTIONS = {
    "caseworker": [
        "cases.case_opened",
        "cases.cases_listed",
        "cases.note_added",
        "cases.searched",
        "cases.contact_revealed",
        "cases.file_viewed",
        "cases.need_added",
        "cases.file_downloaded",
        "accounts.signed_in",
        "vault.unlocked",
    ],
    "supervisor": ["cases.cases_listed", "cases.case_opened", "cases.case_assigned", "cases.story_revealed"],
    "agency_worker": ["referrals.envelope_opened", "referrals.agreed_opened", "referrals.referrals_listed"],
    "auditor": ["log.viewed", "log.searched", "log.entry_viewed", "vault.letter_opened"],
    "administrator": ["accounts.invited", "accounts.organisation_made"],
}
_EVERYBODY = ["accounts.signed_in", "vault.unlocked", "accounts.signed_out", "vault.locked"]
_RARE_ACTION = "cases.case_destroyed"
# Six people who all left after a year, twenty who have only just come, and one who is hardly ever there.
_LEFT, _NEW, _RARE = "partie", "nouvelle", "rare"

_INSERT = r"""
WITH numbered AS MATERIALIZED (
    SELECT n, (%(start)s::bigint + n * %(apart)s::bigint) AS micro, random() AS who, random() AS what, random() AS about,
        random() AS ended, random() AS kind
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
), drawn AS MATERIALIZED (
    SELECT *, CASE WHEN n %% 25000 = 0 THEN %(rare)s ELSE 1 + floor(%(people)s * who * who * who)::int END AS person,
        1 + floor(%(cases)s * about * about)::int AS about_case,
        CASE WHEN ended < 0.97 THEN 'done' WHEN ended < 0.985 THEN 'refused_forbidden'
            WHEN ended < 0.99 THEN 'refused_unknown' WHEN ended < 0.995 THEN 'refused_conflict' ELSE 'failed' END AS outcome
    FROM numbered
), acted AS MATERIALIZED (
    SELECT *, CASE WHEN n <= %(left_by)s OR person NOT BETWEEN %(first_left)s AND %(last_left)s THEN person ELSE 1 END AS p,
        (lpad(to_hex(micro / 1000), 12, '0') || '7' || lpad(to_hex(micro %% 1000 * 4096 / 1000), 3, '0')
            || 'a' || substring(md5(n::text) FROM 1 FOR 15))::uuid AS id
    FROM drawn
), told AS (
    SELECT *, CASE WHEN outcome LIKE 'refused%%' THEN 'accounts.refused' WHEN n %% 200000 = 0 THEN %(rare_action)s
        ELSE split_part((%(actions)s::text[])[p], ' ', 1 + floor(10 * what * what)::int) END AS action
    FROM acted
)
INSERT INTO log_entry (id, at, session, counter, request, actor_id, actor_role, actor_organisation, action, subject_type,
    reference, shown, subject, relation, purpose, outcome, utc_day)
SELECT id, timestamptz 'epoch' + micro * interval '1 microsecond', (%(sessions)s::uuid[])[p], n, md5(n::text)::uuid,
    (%(actors)s::text[])[p], (%(roles)s::text[])[p], %(organisation)s, action, 'cases.case',
    CASE WHEN kind < 0.7 THEN (%(references)s::text[])[about_case] ELSE '' END,
    CASE WHEN action LIKE '%%_listed' THEN to_jsonb((%(references)s::text[])[about_case:about_case + 19]) END,
    CASE WHEN kind < 0.7 THEN md5((%(references)s::text[])[about_case])::uuid END,
    'assigned', 'casework', outcome, micro / 86400000000
FROM told
"""


def fill(number: int) -> None:
    """As the owner: take the indexes down, insert so many entries, build the indexes."""
    people = _people()
    now = int(timezone.now().timestamp() * 1_000_000)
    apart = YEARS * 365 * 86_400_000_000 // number
    given = {
        "start": now - (number + 1) * apart - 60_000_000,
        "apart": apart,
        "rare": len(people),
        "people": len(people) - 1,
        "cases": CASES,
        "left_by": number // YEARS,
        "first_left": _FIRST_LEFT,
        "last_left": _FIRST_LEFT + 5,
        "rare_action": _RARE_ACTION,
        "actions": [" ".join(_actions(role)) for _id, role in people],
        "actors": [actor for actor, _role in people],
        "roles": [role for _id, role in people],
        "sessions": [str(uuid.uuid4()) for _ in people],
        "organisation": str(Organisation.objects.get(zone="unit").pk),
        "references": _references(),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SELECT setseed(0.7)")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'log_entry' AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint WHERE conrelid = 'log_entry'::regclass)"
        )
        indexes = cursor.fetchall()
        cursor.execute("ALTER TABLE log_entry DISABLE TRIGGER USER")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(1, number + 1, AT_ONCE):
            cursor.execute(_INSERT, given | {"first": first, "last": min(first + AT_ONCE - 1, number)})
            progress.say(f"{min(first + AT_ONCE - 1, number)} entries")
        for name, definition in indexes:
            cursor.execute(definition)
            progress.say(name)
        cursor.execute("ALTER TABLE log_entry ENABLE TRIGGER USER")
        cursor.execute("VACUUM (ANALYZE) log_entry")
        cursor.execute("SET statement_timeout = 30000")
        cursor.execute("SELECT count(*) FROM log_entry")
        (there,) = cursor.fetchone()
    if there < number:
        raise RuntimeError(f"only {there} entries are there")


def questions() -> list[dict[str, str]]:
    """Every combination of what the list is asked for: much and little, often and hardly ever, now and long ago."""
    references = _references()
    often, hardly_ever = references[19], references[CASES - 1]
    answers = {
        # One, more than ten, six who left, one who was hardly ever there, twenty who did nothing yet.
        "person": ["", "caseworker2@", "caseworker 1", _LEFT, _RARE, _NEW],
        "action": ["", "cases.case_opened", _RARE_ACTION, "accounts.refused", "log.viewed"],
        "outcome": ["", "done", "failed"],
        "reference": ["", often, hardly_ever],
        "period": ["", "last_month"],
        "of_auditors": ["", "on"],
    }
    asked = [dict(zip(answers, each, strict=True)) for each in product(*answers.values())]
    whole = [each | {"whole_case": "on"} for each in asked if each["reference"] and not each["of_auditors"]]
    return [{name: value for name, value in each.items() if value} for each in [*asked, *whole]]


def _references() -> list[str]:
    """The cases, those first that people see most often."""
    pick = random.Random(7)
    return ["".join(pick.choices("23456789ABCDEFGHJKMNPQRSTVWXYZ", k=8)) for _ in range(CASES + 20)]


def _people() -> list[tuple[str, str]]:
    """Make the accounts of a large house; gives actor ids and roles, the busiest first."""
    unit = Organisation.objects.get(zone="unit")
    everybody = [role for role, number in _PEOPLE.items() for _ in range(number)]
    named = [(role, _name(place, role)) for place, role in enumerate(everybody, 1)] + [("caseworker", f"{_RARE} 1")]
    made = [_account(role, name, unit) for role, name in named]
    User.objects.bulk_create(made + [_account("caseworker", f"{_NEW} {n}", unit) for n in range(20)])
    return [(str(user.pk), user.role) for user in made]


def _name(place: int, role: str) -> str:
    return f"{_LEFT if _FIRST_LEFT <= place < _FIRST_LEFT + 6 else role} {place}"


def _account(role: str, name: str, unit: Organisation) -> User:
    return User(
        name=name, email=f"{name.replace(' ', '')}@beaucoup.example", role=role, organisation=unit, password="x"
    )


def _actions(role: str) -> list[str]:
    """Ten codes, the first of them the most frequent."""
    return (_ACTIONS[role] + _EVERYBODY * 3)[:10]
