"""Whoever comes, leaves, forgets, rises or falls, in any order: exactly those who are in open what is held.

Folders move between the groups and into circles, and are searched in. Who is in is kept here in a few lines of its own.
Everybody who leaves, or is left out of a circle, keeps their keys and takes copies of the key tables before and after;
nothing that is written later opens with all of it.
"""

import uuid
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.log.record import record_read
from cases.actions import SEARCHED
from cellule.accounts import enrolment
from cellule.accounts.acting import Acting, actor_of
from cellule.accounts.models import User
from cellule.accounts.roles import by_code
from cellule.vault import circles, membership, removal, rosters
from cellule.vault.cards import open_for_search
from cellule.vault.identities import Identity
from cellule.vault.membership import MayNotAdmit
from cellule.vault.moving import move
from cellule.vault.removal import LastOne
from cellule.vault.unlocked import NotAMember, Unlocked, group_id
from cellule.vault.words import fingerprint_words
from tests.people import acting
from tests.vault.kept import Kept
from tests.vault.papers import PARTS, Folder, Paper, folder_of, open_folder, read, write

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
    # By the key group of a circle that holds a folder, who is in it.
    circles: dict[uuid.UUID, set[str]] = field(default_factory=dict)
    # By folder, somebody of the unit who is not in its circle, and how many papers there were when it was made.
    outside: dict[str, tuple[Kept, int]] = field(default_factory=dict)

    def holds(self, name: str, folder: Folder) -> bool:
        if folder.key_holder in self.circles:
            return name in self.circles[folder.key_holder]
        return self.people[name].is_in("intake" if folder.key_holder == group_id("intake") else "unit")

    def papers_in(self, kind: str) -> list[Paper]:
        return [paper for where, paper, _ in self.papers if where == kind]

    def texts_in(self, kind: str) -> list[set[str]]:
        return [{text} for where, _, text in self.papers if where == kind]

    def leaves_circles(self, name: str) -> None:
        for members in self.circles.values():
            members.discard(name)

    def is_last_in_a_circle(self, name: str) -> bool:
        return {name} in self.circles.values()

    def supervisors(self, *, besides: str = "") -> list[Person]:
        return [one for name, one in self.people.items() if one.role == "supervisor" and name != besides]


ACTS = st.one_of(
    st.tuples(
        st.sampled_from(["write", "write", "move", "turn", "circle", "circle", "search"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["intake", "unit"]),
    ),
    st.tuples(st.sampled_from(["remove", "close", "forget"]), st.sampled_from(PEOPLE), st.just("")),
    st.tuples(st.just("role"), st.sampled_from(PEOPLE), st.sampled_from(ROLES)),
)


@pytest.mark.long
class WhoCanOpen(TestCase):
    """One example is one sequence of acts, undone at its end."""

    # A sequence that fails is short enough to be read; making it shorter would take minutes.
    @settings(
        max_examples=8,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @example(
        acts=[
            ("circle", "claire", "unit"),
            ("write", "claire", "unit"),
            ("search", "omar", "unit"),
            ("forget", "claire", ""),
            ("write", "claire", "unit"),
            ("close", "mireille", ""),
            ("search", "mireille", "unit"),
            ("move", "mireille", "unit"),
            ("circle", "claire", "unit"),
            ("remove", "claire", ""),
            ("write", "omar", "unit"),
        ]
    )
    @given(acts=st.lists(ACTS, min_size=5, max_size=12))
    def test_exactly_the_people_who_are_in_open_what_is_held(self, acts) -> None:
        told = self._beginning()

        for number, (act, name, what) in enumerate(acts):
            getattr(self, f"_{act}")(told, name, what, str(number))
        for kind in told.folders:
            self._write(told, told.supervisors()[0].user.email.split("@")[0], kind, f"{kind}, the end")
            self._assert_outside(told, kind)

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
            assert not told.holds(name, folder)
        else:
            assert told.holds(name, folder)

    def _move(self, told: Told, name: str, kind: str, text: str) -> None:
        """From the intake to the unit, from the unit to the intake, or out of a circle."""
        person, folder = told.people[name], told.folders[kind]
        former = folder.key_holder
        to = "intake" if former == group_id("unit") else "unit"
        by = person.request()
        self._assert_outside(told, kind)
        try:
            with transaction.atomic():
                move(by.vault, folder, group_id(to))
                circles.forget(former)
        except NotAMember:
            assert not (told.holds(name, folder) and person.is_in(to))
        else:
            folder.key_holder = group_id(to)
            told.circles.pop(former, None)
            told.outside.pop(kind, None)

    def _circle(self, told: Told, name: str, kind: str, text: str) -> None:
        """Into a circle of whoever asks and a supervisor who holds the folder too."""
        person, folder, former = told.people[name], told.folders[kind], told.folders[kind].key_holder
        agreeing = [
            one for one in told.people if told.people[one] in told.supervisors(besides=name) and told.holds(one, folder)
        ]
        by = person.request()
        if not person.is_in("unit"):
            with pytest.raises(NotAMember):
                circles.ask(by.vault, folder.pk, [told.people[one].user.pk for one in (name, *agreeing)])
            return
        if not agreeing or not told.holds(name, folder):
            return
        self._assert_outside(told, kind)
        people = {name, agreeing[0]}
        outside = next(one for one in told.people if one not in people)
        kept = Kept(told.people[outside].user.pk, told.people[outside].identity).dump()
        circles.ask(by.vault, folder.pk, [told.people[one].user.pk for one in people])
        second = told.people[agreeing[0]].request()
        with transaction.atomic():
            made = circles.make(second.vault, folder.pk, second.actor)
            move(second.vault, folder, made)
            circles.forget(former)
        folder.key_holder = made
        told.circles.pop(former, None)
        told.circles[made], told.outside[kind] = people, (kept, len(told.papers))

    def _search(self, told: Told, name: str, _kind: str, _text: str) -> None:
        """All that they hold is opened under one entry, and nothing else."""
        by = told.people[name].request()
        entry = record_read(SEARCHED, by=by.actor)
        for kind, folder in told.folders.items():
            if told.holds(name, folder):
                opened = open_for_search(by.vault, [folder], PARTS, entry)
                assert read(opened[folder.pk], *told.papers_in(kind)) == told.texts_in(kind)
            else:
                with pytest.raises(NotAMember):
                    open_for_search(by.vault, [folder], PARTS, entry)

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
        kept = self._kept(told, name)
        try:
            removal.remove(person.user.pk, organisation=None, by=by.actor, unlocked=None if keyless else by.vault)
        except LastOne:
            assert not others or told.is_last_in_a_circle(name)
            return
        assert others
        assert not told.is_last_in_a_circle(name)
        person.role = None
        told.leaves_circles(name)
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
        kept = self._kept(told, name)
        was_in = person.role is not None
        with transaction.atomic():
            invitation = enrolment.invite(person.user, by=others[0].request().actor, by_mail=False)
        person.identity = enrolment.enrol(invitation, PASSPHRASE, PASSPHRASE)
        person.role = None
        told.leaves_circles(name)
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
        try:
            for other in others[: 2 if role == "supervisor" else 1]:
                done.append(self._change(person, role, other.request()))
        except LastOne:
            assert told.is_last_in_a_circle(name)
            return
        # Whoever is alone in a circle keeps the rights that they have.
        assert duty.may_admit or not told.is_last_in_a_circle(name)
        if role == "supervisor" and len(others) == 1:
            assert done == [False]
            return
        assert done[-1]
        if person.is_in("unit") and role == "intake_worker":
            told.left.append((kept, len(told.papers)))
            told.leaves_circles(name)
        person.role = role
        self._assert_right(person)

    def _change(self, person: Person, role: str, by: Acting) -> bool:
        duty = by_code(role)
        told = {"role": role, "may_admit": duty.may_admit, "kinds": duty.key_groups, "by": by.actor}
        return removal.change_role(by.vault, person.user.pk, **told)

    def _kept(self, told: Told, name: str) -> Kept:
        """What somebody takes along who may hold nothing any more, others having taken it into circles."""
        kept = Kept(told.people[name].user.pk, told.people[name].identity).dump()
        kept.held = any(told.holds(name, folder) for folder in told.folders.values())
        return kept

    # --- What is found ------------------------------------------------------------------------------

    def _assert_right(self, person: Person) -> None:
        """Who is a supervisor no more lets nobody in, from this request on."""
        may = membership.may_admit_to(person.request().vault, "intake", "intake_worker")
        assert may == (person.role == "supervisor")

    def _assert_nothing_opens(self, told: Told, name: str) -> None:
        for folder in told.folders.values():
            with pytest.raises(NotAMember):
                open_folder(told.people[name].request(), folder)

    def _assert_opened(self, told: Told) -> None:
        for name, person in told.people.items():
            for kind, folder in told.folders.items():
                if not told.holds(name, folder):
                    with pytest.raises(NotAMember):
                        open_folder(person.request(), folder)
                    continue
                texts = read(open_folder(person.request(), folder), *told.papers_in(kind))
                assert (name, texts) == (name, told.texts_in(kind))

    def _assert_outside(self, told: Told, kind: str) -> None:
        """Nothing opens that was written into a folder since it came into the circle it lies in."""
        if kind in told.outside:
            kept, count = told.outside[kind]
            written = [paper for where, paper, _ in told.papers[count:] if where == kind]
            assert kept.dump().opens(written) == [False] * len(written)

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

    def test_supervisor_outside_a_circle_takes_its_people_out_of_the_unit(self) -> None:
        mireille, omar, claire = acting("mireille"), acting("omar"), acting("claire")
        folder = folder_of("unit")
        write(claire, folder, "before")
        circles.ask(claire.vault, folder.pk, [claire.user.pk, mireille.user.pk])
        with transaction.atomic():
            circle = circles.make(mireille.vault, folder.pk, mireille.actor)
            move(mireille.vault, folder, circle)

        removal.change_role(
            omar.vault, claire.user.pk, role="intake_worker", may_admit=False, kinds=("intake",), by=omar.actor
        )

        mireille.vault.forget()
        assert circles.people_of(mireille.vault, circle) == (mireille.user.pk,)
