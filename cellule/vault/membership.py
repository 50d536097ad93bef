"""Joining key groups: a member signs the roster and wraps the root (flows 1 to 3 of the vault's design)."""

import secrets
import uuid
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import house, rosters, words
from cellule.vault.actions import AGENCY_BEGUN_ANEW, ROOT_MADE, ROSTER_SIGNED
from cellule.vault.departures import hold, stays
from cellule.vault.identities import HOUSE, GroupRoot, Identity, PublicIdentity
from cellule.vault.models import Departure, EpochLink, GroupWrap, HolderKeys, KeyGroup, ProposedRoster, Slot
from cellule.vault.rosters import COORDINATOR, SUPERVISOR, Member, RosterBody, VerifiedRoster
from cellule.vault.sealing import VaultError, wrap, wrap_to
from cellule.vault.senders import bodies_of
from cellule.vault.unlocked import NotAMember, TurnIsDue, Unlocked, link_binding, member_binding


class WrongWords(VaultError):
    """The five words typed are not those of the person's keys."""


class MayNotAdmit(VaultError):
    """No verified roster gives this person the right to admit into that group."""


def enrolled_public(holder: uuid.UUID) -> PublicIdentity | None:
    """The keys a person has enrolled with and can open now; says nothing about whether anybody trusts them."""
    slot = Slot.objects.filter(holder=holder).first()
    keys = HolderKeys.objects.filter(holder=holder, fingerprint=slot.fingerprint).first() if slot else None
    return PublicIdentity.decode(bytes(keys.public)) if keys else None


def may_admit_to(unlocked: Unlocked, kind: str, role: str) -> bool:
    """Whether this person may sign somebody of this role into a group of this kind within sight.

    A first auditor: any supervisor. A coordinator, into their agency's: any supervisor, who is no member there.
    """
    if role == COORDINATOR:
        return _is_supervisor(unlocked)
    try:
        roster = unlocked.roster_of(kind)
    except NotAMember:
        return kind in {KeyGroup.Kind.AUDITORS, KeyGroup.Kind.PRIVACY} and _is_supervisor(unlocked)
    member = unlocked.memberships.get(roster.body.group)
    return bool(member and member.may_admit and roster.body.has_root)


def admit(
    unlocked: Unlocked,
    *,
    user: uuid.UUID,
    role: str,
    may_admit: bool,
    kinds: tuple[str, ...],
    typed_words: str,
    by: Actor,
    organisation: uuid.UUID | None = None,
) -> bool:
    """Sign a person into the groups of their role and wrap the roots for them; gives whether they are in.

    `typed_words`: the five words heard from the person. `organisation`: the agency, where the person is of one. A new
    supervisor is in only when a second supervisor has done the same. Raises WrongWords, MayNotAdmit, RosterRefused.
    """
    public = enrolled_public(user)
    if public is None or not words.same_words(typed_words, words.fingerprint_words(public.fingerprint)):
        raise WrongWords
    if not all(may_admit_to(unlocked, kind, role) for kind in kinds):
        raise MayNotAdmit
    entrant = Member(user, public.fingerprint, role, may_admit)
    if role == COORDINATOR and organisation is not None:
        _admit_coordinator(unlocked, organisation, entrant, by)
        return True
    # Everybody but a coordinator comes into a group within the signer's own sight.
    if role == COORDINATOR or organisation != unlocked.organisation:
        raise MayNotAdmit
    with transaction.atomic():
        done = [place(unlocked, kind, entrant, by) for kind in kinds]
    unlocked.forget()
    return all(done)


@transaction.atomic
def _admit_coordinator(unlocked: Unlocked, organisation: uuid.UUID, member: Member, by: Actor) -> None:
    """Sign a coordinator into their agency's group, as a supervisor, who holds no key of it.

    The first one makes its root at their next request; a further one gets it at the next request of a member.
    """
    # Two supervisors at once, before there is a group to hold.
    hold(organisation)
    # Whoever is a supervisor now is one until this is signed.
    stays(unlocked.roster_of(KeyGroup.Kind.UNIT).body.group)
    unlocked.forget()
    if not _is_supervisor(unlocked):
        raise MayNotAdmit
    group = KeyGroup.objects.filter(kind=KeyGroup.Kind.AGENCY, organisation=organisation).first()
    if group is None:
        _start(unlocked, KeyGroup.Kind.AGENCY, member, by, organisation)
        return
    hold(group.pk)
    before = rosters.verified(group.pk)
    if member in before.body.members:
        return
    authority = unlocked.roster_of(KeyGroup.Kind.UNIT).body.number
    others = [m for m in before.body.members if m.user != member.user]
    if _somebody_opens(before, others):
        body = before.successor(members=(*others, member), authority=authority)
        sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by)
    else:
        _begin_anew(unlocked, before, member, authority, by)


def _somebody_opens(before: VerifiedRoster, members: Collection[Member]) -> bool:
    """Whether one of these members still holds a group's root, with keys that count."""
    group, epoch = before.body.group, before.body.epoch
    gone = set(Departure.objects.filter(group_id=group).values_list("fingerprint", flat=True))
    holding = set(GroupWrap.objects.filter(group_id=group, epoch=epoch).values_list("holder", flat=True))
    return before.body.has_root and any(m.user in holding and m.fingerprint not in gone for m in members)


def _begin_anew(unlocked: Unlocked, before: VerifiedRoster, member: Member, authority: int, by: Actor) -> None:
    """Sign the roster of an agency whose people have all lost their keys: who waited for the old root, and the newcomer.

    The chain of rosters goes on, that of roots ends: what was sealed for the lost ones opens for nobody there.
    """
    group = before.body.group
    gone = set(Departure.objects.filter(group_id=group).values_list("fingerprint", flat=True))
    waiting = [
        m
        for m in before.body.members
        if m.role == COORDINATOR and m.may_admit and m.user != member.user and m.fingerprint not in gone
    ]
    body = before.successor(members=(*waiting, member), authority=authority, post_box=b"", commitment=b"")
    action = AGENCY_BEGUN_ANEW if before.body.has_root else ROSTER_SIGNED
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by, action=action)
    GroupWrap.objects.filter(group_id=group).delete()
    EpochLink.objects.filter(group_id=group).delete()


def place(unlocked: Unlocked, kind: str, member: Member, by: Actor) -> bool:
    """Sign a member's line into the one group of a kind within sight, and wrap its root for their keys.

    Inside the caller's transaction. Gives False when a second supervisor has to sign too. Raises MayNotAdmit,
    TurnIsDue, RosterRefused.
    """
    try:
        group = unlocked.roster_of(kind).body.group
    except NotAMember:
        _start(unlocked, kind, member, by)
        return True
    hold(group)
    unlocked.forget()
    if not may_admit_to(unlocked, kind, member.role):
        raise MayNotAdmit
    if unlocked.leaving(group):
        raise TurnIsDue
    before = rosters.verified(group)
    others = tuple(m for m in before.body.members if m.user != member.user)
    body = successor_of(before, members=(*others, member))
    first: list[dict[str, str]] = []
    if member.role == SUPERVISOR:
        first = _other_signature(unlocked, body)
        if not first:
            _propose(unlocked, body, member)
            return False
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by, beside=first)
    root = unlocked.current_root(group)
    known = before.member(member.user)
    if known is None or not GroupWrap.objects.filter(group_id=group, epoch=root.epoch, holder=member.user).exists():
        GroupWrap.objects.filter(group_id=group, epoch=root.epoch, holder=member.user).delete()
        wrap_for(root, {member.user: member.fingerprint})
    return True


def proposed_by(supervisor: uuid.UUID) -> set[uuid.UUID]:
    """The people whose admission this supervisor has signed and another one has not yet."""
    return {
        proposal.entrant
        for proposal in ProposedRoster.objects.all()
        if any(signature["holder"] == str(supervisor) for signature in proposal.signatures)
    }


def _propose(unlocked: Unlocked, body: RosterBody, member: Member) -> None:
    """Keep the first supervisor's signature; a roster signed meanwhile makes it void, and it is asked for again."""
    encoded = body.encode()
    signature = rosters.signature_of(encoded, unlocked.user, unlocked.identity)
    ProposedRoster.objects.update_or_create(
        group_id=body.group, entrant=member.user, defaults={"body": encoded, "signatures": [signature]}
    )


def _other_signature(unlocked: Unlocked, body: RosterBody) -> list[dict[str, str]]:
    """The signature another supervisor gave to this very roster."""
    for proposal in ProposedRoster.objects.filter(group_id=body.group, body=body.encode()):
        if all(signature["holder"] != str(unlocked.user) for signature in proposal.signatures):
            return proposal.signatures
    return []


def _start(unlocked: Unlocked, kind: str, member: Member, by: Actor, organisation: uuid.UUID | None = None) -> None:
    """Sign the first roster of a group as a supervisor; its member makes the root at their next request."""
    group = KeyGroup.objects.create(kind=kind, organisation=organisation)
    authority = unlocked.roster_of(KeyGroup.Kind.UNIT)
    body = RosterBody(
        group=group.pk,
        kind=kind,
        number=0,
        previous="",
        epoch=0,
        post_box=b"",
        commitment=b"",
        members=(member,),
        authority=authority.body.number,
        organisation=organisation,
    )
    sign_and_save(None, body, [(unlocked.user, unlocked.identity)], by)


def settle(unlocked: Unlocked, by: Actor) -> bool:
    """Do what takes a member's keys: a group's first root, the next one after somebody left, the root for a coordinator
    whom a supervisor let in.

    Gives whether there was anything to do.
    """
    waiting = [group for group in unlocked.memberships if _waits(unlocked, group)]
    for group in waiting:
        with transaction.atomic():
            hold(group)
            # Somebody else may have done it while this request waited.
            unlocked.forget()
            if group in unlocked.memberships and _waits(unlocked, group):
                _settle(unlocked, group, by)
    if waiting:
        unlocked.forget()
    return bool(waiting)


def _waits(unlocked: Unlocked, group: uuid.UUID) -> bool:
    """Whether something is to be done that a member does, and this one can."""
    body, leaving = unlocked.rosters[group].body, unlocked.leaving(group)
    if not body.has_root:
        return True
    # Who comes back into a circle gets its root from whoever signs them in.
    passes_on = body.authority is not None and body.kind == KeyGroup.Kind.AGENCY
    return (bool(leaving) or passes_on) and unlocked.holds_root(group)


def _settle(unlocked: Unlocked, group: uuid.UUID, by: Actor) -> None:
    before, leaving = unlocked.rosters[group], unlocked.leaving(group)
    if leaving or not before.body.has_root or _somebody_was_replaced(before):
        turn(unlocked, before, by, without=leaving)
    else:
        _pass_on(unlocked, before, by)


def _somebody_was_replaced(roster: VerifiedRoster) -> bool:
    """Whether keys that were lost made room for new ones of the same person, and the root for which they were is there."""
    (before,) = bodies_of(roster, [roster.body.number - 1]).values()
    named = {m.fingerprint for m in roster.body.members}
    return any(m.fingerprint not in named for m in before.members)


def _pass_on(unlocked: Unlocked, before: VerifiedRoster, by: Actor) -> None:
    """Wrap the root for members who have none, and sign the same roster on: nobody has to look for them again."""
    root = unlocked.root(before.body.group, before.body.epoch)
    holders = GroupWrap.objects.filter(group_id=root.group, epoch=root.epoch).values_list("holder", flat=True)
    wrap_for(root, {m.user: m.fingerprint for m in before.body.members if m.user not in holders})
    sign_and_save(before, before.successor(), [(unlocked.user, unlocked.identity)], by)


def turn(unlocked: Unlocked, before: VerifiedRoster, by: Actor, *, without: Collection[str] = frozenset()) -> GroupRoot:
    """Make a group's next root: wraps for its members and the house, the old root under the new, the roster.

    `without`: the fingerprints of those who have left. An agency's root is wrapped for its members alone. What it costs
    follows the members: owner keys stay as they are, behind the chain.
    """
    group = before.body.group
    made = GroupRoot(group, before.body.epoch + 1, secrets.token_bytes(32))
    if before.body.has_root:
        old = unlocked.root(group, before.body.epoch)
        link = wrap(made.wrapping, made.epoch, old.root, link_binding(group, made.epoch))
        EpochLink.objects.create(group_id=group, epoch=made.epoch, wrap=link)
    staying = tuple(member for member in before.body.members if member.fingerprint not in without)
    body = successor_of(
        before, epoch=made.epoch, post_box=made.public_post_box, commitment=made.commitment, members=staying
    )
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by, action=ROOT_MADE)
    holders = {member.user: member.fingerprint for member in body.members}
    if body.kind != KeyGroup.Kind.AGENCY:
        holders[HOUSE] = house.pinned()
    wrap_for(made, holders)
    return made


def successor_of(before: VerifiedRoster, **changes: Any) -> RosterBody:
    """The next roster of a group; where somebody supervises no more, with all that supervisors have signed until now."""
    body = before.successor(**changes)
    if body.kind != KeyGroup.Kind.UNIT or not before.body.supervisors - body.supervisors:
        return body
    signed: set[str] = set()
    for group in KeyGroup.objects.exclude(kind__in=[KeyGroup.Kind.UNIT, KeyGroup.Kind.INTAKE]):
        # A group that does not hold has no say, and is no reason to keep somebody in.
        with suppress(rosters.RosterRefused):
            signed.update(rosters.verified(group.pk).authorised)
    return replace(body, vouched=tuple(sorted(signed)))


def wrap_for(root: GroupRoot, holders: dict[uuid.UUID, str]) -> None:
    """Wrap a root for those whose keys a verified roster, or the pin, names: fingerprints by holder. RosterRefused."""
    rows = HolderKeys.objects.filter(pk__in=holders.values())
    known = {keys.fingerprint: keys for keys in (PublicIdentity.decode(bytes(row.public)) for row in rows)}
    # A row under a fingerprint proves nothing: the keys in it must hash to it.
    if not known.keys() >= set(holders.values()):
        raise rosters.RosterRefused("planted keys")
    GroupWrap.objects.bulk_create(
        GroupWrap(
            group_id=root.group,
            epoch=root.epoch,
            holder=holder,
            wrap=wrap_to(
                known[fingerprint].box_key, root.epoch, root.root, member_binding(root.group, root.epoch, holder)
            ),
        )
        for holder, fingerprint in holders.items()
    )


def sign_and_save(
    before: VerifiedRoster | None,
    body: RosterBody,
    signers: list[tuple[uuid.UUID, Identity]],
    by: Actor,
    *,
    action: Action = ROSTER_SIGNED,
    beside: list[dict[str, str]] | None = None,
) -> None:
    """Sign a roster, check it by the rules it will be read by, save it, and put its hash into the log."""
    row = rosters.sign(body, *signers)
    row.signatures += beside or []
    rosters.check_next(before, row, body)
    row.save(force_insert=True)
    ProposedRoster.objects.filter(group_id=body.group).delete()
    named = [member.fingerprint for member in body.members]
    Departure.objects.filter(group_id=body.group).exclude(fingerprint__in=named).delete()
    record(action, by=by, subject_type="vault.roster", reference=rosters.body_hash(bytes(row.body)))


def _is_supervisor(unlocked: Unlocked) -> bool:
    try:
        unit = unlocked.roster_of(KeyGroup.Kind.UNIT)
    except NotAMember:
        return False
    member = unlocked.memberships.get(unit.body.group)
    return bool(member and member.role == SUPERVISOR)


def kind_label(kind: str) -> str:
    return {
        KeyGroup.Kind.INTAKE: _("Intake"),
        KeyGroup.Kind.UNIT: _("Unit"),
        KeyGroup.Kind.AUDITORS: _("Auditors"),
        KeyGroup.Kind.PRIVACY: _("Privacy officers"),
        KeyGroup.Kind.AGENCY: _("Agency"),
        KeyGroup.Kind.CIRCLE: _("Circle"),
    }[KeyGroup.Kind(kind)]
