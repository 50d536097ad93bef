"""Whoever comes, leaves, forgets, rises or falls, in any order: exactly those who are in open what is held.

Who is in is kept here in a few lines of its own. Everybody who leaves keeps their keys and takes copies of the key
tables before and after; nothing that is written later opens with all of it.
"""

import uuid
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cellule.accounts import enrolment
from cellule.accounts.acting import Acting, actor_of
from cellule.accounts.models import User
from cellule.accounts.roles import by_code
from cellule.vault import membership, removal, rosters
from cellule.vault.identities import Identity
from cellule.vault.membership import MayNotAdmit
from cellule.vault.moving import move
from cellule.vault.removal import LastOne
from cellule.vault.unlocked import NotAMember, Unlocked, group_id
from cellule.vault.words import fingerprint_words
from tests.people import acting
from tests.vault.kept import Kept
from tests.vault.papers import Folder, Paper, folder_of, open_folder, read, write

PEOPLE = ("mireille", "omar", "claire", "joaquin", "ana")
ROLES = ("intake_worker", "caseworker", "supervisor")
PASSPHRASE = "un deux trois quatre cinq six"


@dataclass
class Person:
    """Somebody of the unit as the test knows them; `role` is None while they are out."""

    user: User
    identity: Identity
    role: str | None

    def request(self) -> Acting:
        """What every request begins with: the vault read anew, and what takes a member's keys done first."""
        vault = Unlocked(self.user.pk, self.role or self.user.role, self.identity)
        actor = actor_of(self.user, uuid.uuid4(), uuid.uuid4())
        membership.settle(vault, actor)
        return Acting(self.user, actor, vault)

    def is_in(self, kind: str) -> bool:
        return self.role in (ROLES if kind == "intake" else ROLES[1:])


@dataclass
class Told:
    """What happened so far."""

    people: dict[str, Person]
    folders: dict[str, Folder]
    papers: list[tuple[str, Paper, str]] = field(default_factory=list)
    # With how many papers there were when somebody left.
    left: list[tuple[Kept, int]] = field(default_factory=list)

    def supervisors(self, *, besides: str = "") -> list[Person]:
        return [one for name, one in self.people.items() if one.role == "supervisor" and name != besides]


ACTS = st.one_of(
    st.tuples(
        st.sampled_from(["write", "write", "move", "turn"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["intake", "unit"]),
    ),
    st.tuples(st.sampled_from(["remove", "close", "forget"]), st.sampled_from(PEOPLE), st.just("")),
    st.tuples(st.just("role"), st.sampled_from(PEOPLE), st.sampled_from(ROLES)),
)


class WhoCanOpen(TestCase):
    """One example is one sequence of acts, undone at its end."""

    # A sequence that fails is short enough to be read; making it shorter would take minutes.
    @settings(
        max_examples=12,
        deadline=None,
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(acts=st.lists(ACTS, min_size=5, max_size=12))
    def test_exactly_the_people_who_are_in_open_what_is_held(self, acts) -> None:
        told = self._beginning()

        for number, (act, name, what) in enumerate(acts):
            getattr(self, f"_{act}")(told, name, what, str(number))
        self._write(told, told.supervisors()[0].user.email.split("@")[0], "unit", "the end")

        self._assert_opened(told)
        self._assert_kept(told, told.left)

    def _beginning(self) -> Told:
        people = {}
        for name in PEOPLE:
            known = acting(name)
            people[name] = Person(known.user, known.vault.identity, known.user.role)
        told = Told(people, {kind: folder_of(kind) for kind in ("intake", "unit")})
        for kind in ("intake", "unit"):
            self._write(told, "mireille", kind, f"{kind} before")
        return told

    # --- What may be done ---------------------------------------------------------------------------

    def _write(self, told: Told, name: str, kind: str, text: str) -> None:
        person, folder = told.people[name], told.folders[kind]
        by = person.request()
        try:
            told.papers.append((kind, write(by, folder, text), text))
        except NotAMember:
            assert not self._holds(person, folder)
        else:
            assert self._holds(person, folder)

    def _move(self, told: Told, name: str, kind: str, text: str) -> None:
        """From the intake to the unit, or back."""
        person, folder = told.people[name], told.folders[kind]
        to = group_id("unit" if folder.key_holder == group_id("intake") else "intake")
        by = person.request()
        try:
            with transaction.atomic():
                move(by.vault, folder, to)
        except NotAMember:
            assert not (person.is_in("intake") and person.is_in("unit"))
        else:
            folder.key_holder = to

    def _turn(self, told: Told, name: str, kind: str, _text: str) -> None:
        """A root may turn although nobody has left."""
        person, group = told.people[name], group_id(kind)
        by = person.request()
        if person.is_in(kind):
            with transaction.atomic():
                membership.turn(by.vault, rosters.verified(group), by.actor)
        else:
            assert group not in by.vault.memberships

    def _remove(self, told: Told, name: str, _what: str, text: str, *, keyless: bool = False) -> None:
        person, others = told.people[name], told.supervisors(besides=name)
        if person.role is None:
            return
        by = (others or [told.people["mireille"]])[0].request()
        kept = Kept(person.user.pk, person.identity).dump()
        try:
            removal.remove(person.user.pk, organisation=None, by=by.actor, unlocked=None if keyless else by.vault)
        except LastOne:
            assert not others
            return
        assert others
        person.role = None
        told.left.append((kept, len(told.papers)))

    def _close(self, told: Told, name: str, what: str, text: str) -> None:
        """As the administrator does, who holds no key."""
        self._remove(told, name, what, text, keyless=True)

    def _forget(self, told: Told, name: str, _what: str, text: str) -> None:
        """Enrol anew, which ends the older keys, and be let in again by as many as it takes."""
        person, others = told.people[name], told.supervisors(besides=name)
        role = person.role or person.user.role
        if len(others) < (2 if role == "supervisor" else 1):
            return
        kept = Kept(person.user.pk, person.identity).dump()
        was_in = person.role is not None
        with transaction.atomic():
            invitation = enrolment.invite(person.user, by=others[0].request().actor, by_mail=False)
        person.identity = enrolment.enrol(invitation, PASSPHRASE, PASSPHRASE)
        person.role = None
        if was_in:
            told.left.append((kept, len(told.papers)))
        self._assert_nothing_opens(told, name)
        done = [self._let_in(person, role, other.request()) for other in others[: 2 if role == "supervisor" else 1]]
        assert done == ([False, True] if role == "supervisor" else [True])
        person.role = role

    def _let_in(self, person: Person, role: str, by: Acting) -> bool:
        duty = by_code(role)
        return membership.admit(
            by.vault,
            user=person.user.pk,
            role=role,
            may_admit=duty.may_admit,
            kinds=duty.key_groups,
            typed_words=fingerprint_words(person.identity.fingerprint),
            by=by.actor,
        )

    def _role(self, told: Told, name: str, role: str, _text: str) -> None:
        person, others = told.people[name], told.supervisors(besides=name)
        if person.role is None or person.role == role or not others:
            return
        # What they may have kept of the unit opens nothing newer of it; the intake they are still in.
        duty, kept = by_code(role), Kept(person.user.pk, person.identity, group_id("unit")).dump()
        if role != "intake_worker":
            # With the same keys they are entitled again: what they kept in between is looked at now.
            between = [one for one in told.left if one[0].user == person.user.pk and one[0].identity is person.identity]
            self._assert_kept(told, between)
            told.left = [one for one in told.left if one not in between]
        done = []
        for other in others[: 2 if role == "supervisor" else 1]:
            by = other.request()
            done.append(
                removal.change_role(
                    by.vault, person.user.pk, role=role, may_admit=duty.may_admit, kinds=duty.key_groups, by=by.actor
                )
            )
        if role == "supervisor" and len(others) == 1:
            assert done == [False]
            return
        assert done[-1]
        if person.is_in("unit") and role == "intake_worker":
            told.left.append((kept, len(told.papers)))
        person.role = role
        self._assert_right(person)

    # --- What is found ------------------------------------------------------------------------------

    def _assert_right(self, person: Person) -> None:
        """Who is a supervisor no more lets nobody in, from this request on."""
        may = membership.may_admit_to(person.request().vault, "intake", "intake_worker")
        assert may == (person.role == "supervisor")

    def _holds(self, person: Person, folder: Folder) -> bool:
        return person.is_in("intake" if folder.key_holder == group_id("intake") else "unit")

    def _assert_nothing_opens(self, told: Told, name: str) -> None:
        for folder in told.folders.values():
            with pytest.raises(NotAMember):
                open_folder(told.people[name].request(), folder)

    def _assert_opened(self, told: Told) -> None:
        for name, person in told.people.items():
            for kind, folder in told.folders.items():
                mine = [(paper, text) for where, paper, text in told.papers if where == kind]
                if not self._holds(person, folder):
                    with pytest.raises(NotAMember):
                        open_folder(person.request(), folder)
                    continue
                texts = read(open_folder(person.request(), folder), *(paper for paper, _ in mine))
                assert (name, texts) == (name, [{text} for _, text in mine])

    def _assert_kept(self, told: Told, left: list[tuple[Kept, int]]) -> None:
        papers = [paper for _, paper, _ in told.papers]
        for kept, count in left:
            opened = kept.dump().opens(papers)
            assert opened[count:] == [False] * (len(papers) - count)
            # What they could read while they were in they still can: the copies are real.
            assert any(opened[:count]) == kept.held


class MayNot(TestCase):
    """The right to admit goes with the roster, not with the account."""

    def test_demoted_supervisor_lets_nobody_in(self) -> None:
        mireille, omar, claire = acting("mireille"), acting("omar"), acting("claire")
        removal.change_role(
            mireille.vault,
            omar.user.pk,
            role="caseworker",
            may_admit=False,
            kinds=("intake", "unit"),
            by=mireille.actor,
        )

        with pytest.raises(MayNotAdmit):
            removal.change_role(
                omar.vault, claire.user.pk, role="intake_worker", may_admit=False, kinds=("intake",), by=omar.actor
            )
