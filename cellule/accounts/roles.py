"""Roles are code: each has a paragraph saying who may hold it, and what it allows anywhere.

What was granted on one record is not here but in guardian's direct grants; what opens content is in the
vault's rosters. Source of the cut: `domain.md` 5.9 (role separation; nobody both approves and executes).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.log.actor import Actor


class Permission(StrEnum):
    """What a role may do anywhere; grants on one record come on top."""

    OPEN_INQUIRY = "cases.open_inquiry"
    WORK_CASES = "cases.work"
    LEAD_CASES = "cases.lead"
    SUPERVISE_CASES = "cases.supervise"
    BREAK_GLASS = "cases.break_glass"
    ANSWER_REFERRALS = "referrals.answer"
    ADMIT = "accounts.admit"
    INVITE = "accounts.invite"
    MANAGE_ORGANISATIONS = "accounts.manage_organisations"
    WATCH_JOBS = "jobs.watch"
    READ_LOG = "log.read"
    REVIEW_AUDITORS = "log.review_auditors"
    SIGN_OFF = "log.sign_off"
    HOLD_LOG = "log.hold"


@dataclass(frozen=True)
class Role:
    """One role: `code` is stored, the rest is shown; `key_groups` names the vault groups it may join."""

    code: str
    name: Promise
    who: Promise
    permissions: frozenset[Permission] = frozenset()
    key_groups: tuple[str, ...] = ()
    home: str = "accounts:account"
    # Pairs of URL name and text, as the service navigation shows them; `home` is the first.
    navigation: tuple[tuple[str, Promise], ...] = ()
    in_unit: bool = True
    may_admit: bool = field(default=False)


_DAY = ("cases:day", _("My day"))
_CASES = ("cases:cases", _("My cases"))
_SEARCH = ("cases:search", _("Search"))
_UNIT_CASES = ("cases:unit", _("Unit’s cases"))
_RESOURCES = ("referrals:directory", _("Resources"))
_INBOX = ("referrals:inbox", _("Referrals"))
_TEAM = ("accounts:team", _("Team"))
_LOG = ("review:log", _("Log"))
_REVIEW = ("review:dashboard", _("Review"))
_ADMINISTRATION = ("accounts:administration", _("Administration"))
_JOBS = ("jobs:dead", _("Background work"))
_ACCOUNT = ("accounts:account", _("My account"))

INTAKE_WORKER = Role(
    "intake_worker",
    _("Intake worker"),
    _(
        "Answers the first call. Held by trained staff or volunteers of the unit; opens inquiries, sees only their own,"
        " and hands them over. Reads nothing more once a case has been handed over."
    ),
    frozenset({Permission.OPEN_INQUIRY, Permission.WORK_CASES}),
    ("intake",),
    "cases:day",
    navigation=(_DAY, _CASES, _SEARCH, _RESOURCES, _ACCOUNT),
)
CASEWORKER = Role(
    "caseworker",
    _("Caseworker"),
    _(
        "Leads cases. Held by employees of the unit bound by its confidentiality agreement; sees the cases assigned to"
        " them or shared with them, and no other."
    ),
    frozenset({Permission.OPEN_INQUIRY, Permission.WORK_CASES, Permission.LEAD_CASES, Permission.BREAK_GLASS}),
    ("intake", "unit"),
    "cases:day",
    navigation=(_DAY, _CASES, _SEARCH, _RESOURCES, _ACCOUNT),
)
SUPERVISOR = Role(
    "supervisor",
    _("Supervisor"),
    _(
        "Answers for a team. Held by the unit's managers; admits people to the unit after hearing their five words,"
        " sees that every case of the unit exists and how it stands, reads its story for a reason only, assigns and"
        " closes cases, and never edits a note."
    ),
    frozenset(
        {
            Permission.OPEN_INQUIRY,
            Permission.WORK_CASES,
            Permission.LEAD_CASES,
            Permission.SUPERVISE_CASES,
            Permission.BREAK_GLASS,
            Permission.ADMIT,
        }
    ),
    ("intake", "unit"),
    "cases:day",
    may_admit=True,
    navigation=(_DAY, _CASES, _SEARCH, _RESOURCES, _UNIT_CASES, _TEAM, _ACCOUNT),
)
AGENCY_WORKER = Role(
    "agency_worker",
    _("Agency worker"),
    _(
        "Answers referrals for a partner agency. Held by people whom their own agency's coordinator admitted; sees what"
        " was sent to that agency and nothing else."
    ),
    frozenset({Permission.ANSWER_REFERRALS}),
    ("agency",),
    "referrals:inbox",
    in_unit=False,
    navigation=(_INBOX, _ACCOUNT),
)
AGENCY_COORDINATOR = Role(
    "agency_coordinator",
    _("Agency coordinator"),
    _(
        "Holds a partner agency's keys. One or two people per agency, admitted by a supervisor who called the number in"
        " the directory; admits colleagues of the same agency."
    ),
    frozenset({Permission.ADMIT, Permission.ANSWER_REFERRALS}),
    ("agency",),
    "referrals:inbox",
    in_unit=False,
    may_admit=True,
    navigation=(_INBOX, _TEAM, _ACCOUNT),
)
AUDITOR = Role(
    "auditor",
    _("Auditor"),
    _(
        "Reviews who opened what and why. Held by people outside the unit's line of command; sees opaque references,"
        " never content, and is watched by the privacy officer."
    ),
    frozenset({Permission.READ_LOG, Permission.SIGN_OFF, Permission.ADMIT}),
    ("auditors",),
    "review:dashboard",
    may_admit=True,
    navigation=(_REVIEW, _LOG, _TEAM, _ACCOUNT),
)
PRIVACY_OFFICER = Role(
    "privacy_officer",
    _("Privacy officer"),
    _(
        "Answers for personal information before the law (A-2.1, s. 8). Held by the person designated by the"
        " organisation; reviews the auditors' own acts and decides on demands from police, border and courts."
    ),
    frozenset({Permission.READ_LOG, Permission.REVIEW_AUDITORS, Permission.HOLD_LOG, Permission.ADMIT}),
    ("privacy",),
    "review:dashboard",
    may_admit=True,
    navigation=(_REVIEW, _LOG, _TEAM, _ACCOUNT),
)
ADMINISTRATOR = Role(
    "administrator",
    _("System administrator"),
    _(
        "Keeps the machine running. Held by technical staff; makes organisations and invitations, watches jobs, and"
        " never sees content or anybody's passphrase."
    ),
    frozenset({Permission.INVITE, Permission.MANAGE_ORGANISATIONS, Permission.WATCH_JOBS}),
    home="accounts:administration",
    navigation=(_ADMINISTRATION, _JOBS, _ACCOUNT),
)

ROLES = (
    INTAKE_WORKER,
    CASEWORKER,
    SUPERVISOR,
    AGENCY_WORKER,
    AGENCY_COORDINATOR,
    AUDITOR,
    PRIVACY_OFFICER,
    ADMINISTRATOR,
)


class System:
    """The house itself, for what no person asked for: a value of its own, which a policy names or refuses."""

    pk = None
    is_active = False

    @property
    def user(self) -> "System":
        return self

    @property
    def actor(self) -> Actor:
        return Actor.system()

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """No role allows the house anything: a policy that lets it act names it."""
        return False


SYSTEM = System()


def by_code(code: str) -> Role:
    """Give the role stored as `code` (KeyError when no such role exists)."""
    return _BY_CODE[code]


def choices() -> list[tuple[str, Promise]]:
    return [(role.code, role.name) for role in ROLES]


_BY_CODE = {role.code: role for role in ROLES}
