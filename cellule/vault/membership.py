"""Joining key groups: a member signs the roster and wraps the root (flows 1 to 3 of the vault's design)."""

import secrets
import uuid

from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import rosters, secrets_file, words
from cellule.vault.actions import ROOT_MADE, ROSTER_SIGNED
from cellule.vault.identities import HOUSE, GroupRoot, Identity, PublicIdentity
from cellule.vault.models import EpochLink, GroupWrap, HolderKeys, KeyGroup, ProposedRoster, Slot
from cellule.vault.rosters import SUPERVISOR, Member, RosterBody, VerifiedRoster
from cellule.vault.sealing import VaultError, wrap, wrap_to
from cellule.vault.unlocked import NotAMember, Unlocked, link_binding, member_binding


class WrongWords(VaultError):
    """The five words typed are not those of the person's keys."""


class MayNotAdmit(VaultError):
    """No verified roster gives this person the right to admit into that group."""


def enrolled_public(holder: uuid.UUID) -> PublicIdentity | None:
    """The keys a person has enrolled with and can open now; says nothing about whether anybody trusts them."""
    slot = Slot.objects.filter(holder=holder).first()
    keys = HolderKeys.objects.filter(holder=holder, fingerprint=slot.fingerprint).first() if slot else None
    return PublicIdentity.decode(bytes(keys.public)) if keys else None


def may_admit_to(unlocked: Unlocked, kind: str) -> bool:
    """Whether this person may sign somebody into a group of this kind (a first auditor: any supervisor)."""
    try:
        roster = unlocked.roster_of(kind)
    except NotAMember:
        return kind not in {KeyGroup.Kind.INTAKE, KeyGroup.Kind.UNIT} and _is_supervisor(unlocked)
    member = unlocked.memberships.get(roster.body.group)
    return bool(member and member.may_admit and roster.body.epoch)


def admit(
    unlocked: Unlocked,
    *,
    user: uuid.UUID,
    role: str,
    may_admit: bool,
    kinds: tuple[str, ...],
    typed_words: str,
    by: Actor,
) -> bool:
    """Sign a person into the groups of their role and wrap the roots for them; gives whether they are in.

    `typed_words`: the five words heard from the person. A new supervisor is in only when a second supervisor has
    done the same. Raises WrongWords, MayNotAdmit, RosterRefused.
    """
    public = enrolled_public(user)
    if public is None or not words.same_words(typed_words, words.fingerprint_words(public.fingerprint)):
        raise WrongWords
    if not all(may_admit_to(unlocked, kind) for kind in kinds):
        raise MayNotAdmit
    with transaction.atomic():
        entrant = Member(user, public.fingerprint, role, may_admit)
        done = [_admit_to(unlocked, kind, entrant, public, by) for kind in kinds]
    _forget(unlocked)
    return all(done)


def _admit_to(unlocked: Unlocked, kind: str, member: Member, public: PublicIdentity, by: Actor) -> bool:
    try:
        group = unlocked.roster_of(kind).body.group
    except NotAMember:
        _start(unlocked, kind, member, by)
        return True
    _hold(group)
    before = rosters.verified(group)
    others = tuple(m for m in before.body.members if m.user != member.user)
    body = before.successor(members=(*others, member))
    first: list[dict[str, str]] = []
    if member.role == SUPERVISOR:
        first = _other_signature(unlocked, body)
        if not first:
            _propose(unlocked, body, member)
            return False
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by, beside=first)
    root = unlocked.current_root(group)
    wrapped = wrap_to(public.box_key, root.epoch, root.root, member_binding(group, root.epoch, member.user))
    GroupWrap.objects.update_or_create(group_id=group, epoch=root.epoch, holder=member.user, defaults={"wrap": wrapped})
    return True


def proposed_by(user: uuid.UUID) -> set[str]:
    """The supervisors (as ids) who have signed this person's admission so far."""
    return {
        signature["holder"]
        for proposal in ProposedRoster.objects.filter(entrant=user)
        for signature in proposal.signatures
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


def _start(unlocked: Unlocked, kind: str, member: Member, by: Actor) -> None:
    """Sign the first roster of a group as a supervisor; its member makes the root at their next request."""
    group = KeyGroup.objects.create(kind=kind)
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
    )
    sign_and_save(None, body, [(unlocked.user, unlocked.identity)], by)


def settle(unlocked: Unlocked, by: Actor) -> bool:
    """Make the root of each group that waits for its first one; gives whether any was made."""
    waiting = [group for group in unlocked.memberships if unlocked.rosters[group].body.epoch == 0]
    for group in waiting:
        with transaction.atomic():
            _hold(group)
            before = rosters.verified(group)
            if before.body.epoch == 0:
                turn(unlocked, before, by)
    if waiting:
        _forget(unlocked)
    return bool(waiting)


def _hold(group: uuid.UUID) -> None:
    """One change of a group at a time, to the transaction's end (its rows are insert-only: no row lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(group.bytes[:7], "big")])


def turn(unlocked: Unlocked, before: VerifiedRoster, by: Actor) -> GroupRoot:
    """Make a group's next root: wraps for its members and the house, the old root under the new, the roster."""
    group = before.body.group
    made = GroupRoot(group, before.body.epoch + 1, secrets.token_bytes(32))
    if before.body.epoch:
        old = unlocked.root(group, before.body.epoch)
        link = wrap(made.wrapping, made.epoch, old.root, link_binding(group, made.epoch))
        EpochLink.objects.create(group_id=group, epoch=made.epoch, wrap=link)
    body = before.successor(epoch=made.epoch, post_box=made.public_post_box, commitment=made.commitment)
    sign_and_save(before, body, [(unlocked.user, unlocked.identity)], by, action=ROOT_MADE)
    for holder, fingerprint in [*((m.user, m.fingerprint) for m in body.members), (HOUSE, _house_fingerprint())]:
        public = PublicIdentity.decode(bytes(HolderKeys.objects.get(pk=fingerprint).public))
        if public.fingerprint != fingerprint:
            raise rosters.RosterRefused("planted keys")
        GroupWrap.objects.create(
            group_id=group,
            epoch=made.epoch,
            holder=holder,
            wrap=wrap_to(public.box_key, made.epoch, made.root, member_binding(group, made.epoch, holder)),
        )
    return made


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
    rosters.check_next(before, row, body.kind)
    row.save(force_insert=True)
    ProposedRoster.objects.filter(group_id=body.group).delete()
    record(action, by=by, subject_type="vault.roster", reference=rosters.body_hash(bytes(row.body)))


def _is_supervisor(unlocked: Unlocked) -> bool:
    try:
        unit = unlocked.roster_of(KeyGroup.Kind.UNIT)
    except NotAMember:
        return False
    member = unlocked.memberships.get(unit.body.group)
    return bool(member and member.role == SUPERVISOR)


def _house_fingerprint() -> str:
    return secrets_file.read().pin


def _forget(unlocked: Unlocked) -> None:
    for name in ("_groups", "rosters", "memberships"):
        unlocked.__dict__.pop(name, None)


def kind_label(kind: str) -> str:
    return {
        KeyGroup.Kind.INTAKE: _("Intake"),
        KeyGroup.Kind.UNIT: _("Unit"),
        KeyGroup.Kind.AUDITORS: _("Auditors"),
        KeyGroup.Kind.PRIVACY: _("Privacy officers"),
    }[KeyGroup.Kind(kind)]
