"""Nobody left, or the pepper lost: the house root lets a newly enrolled person in (flow 8 of the vault's design).

It only signs and wraps. Whoever is let in turns the root of each group in the same moment, so that what was lost opens
nothing newer.
"""

from django.db import transaction
from django.db.models import Max

from audit.log.actor import Actor
from audit.log.record import record
from cellule.vault import house, membership, rosters, secrets_file
from cellule.vault.actions import RECOVERED
from cellule.vault.custody import NotTheHouse, house_opens
from cellule.vault.departures import groups_within, hold, left_out
from cellule.vault.identities import HOUSE, Identity
from cellule.vault.models import Departure, GroupWrap, KeyGroup, Slot
from cellule.vault.rosters import SUPERVISOR, Member, VerifiedRoster
from cellule.vault.sealing import wrap_to
from cellule.vault.unlocked import Unlocked, member_binding


def let_in(root: Identity, entrant: Unlocked, *, may_admit: bool, kinds: tuple[str, ...], by: Actor) -> list[str]:
    """Sign a person into the groups of their role with the house root; gives the kinds of group they came into.

    Groups that they are in already, with these keys, stay as they are, and those that nobody has begun yet. Where they
    come into the unit, they come into the circles too of which nobody is left who opens them: who was in one before, or
    a supervisor. Raises NotTheHouse, CannotOpen when a group's root does not lie there for the house, RosterRefused.
    """
    member = Member(entrant.user, entrant.identity.fingerprint, entrant.role, may_admit)
    with transaction.atomic():
        asked = [*kinds, *([KeyGroup.Kind.CIRCLE] if KeyGroup.Kind.UNIT in kinds else [])]
        groups = KeyGroup.objects.filter(pk__in=groups_within(None), kind__in=asked)
        hold(*groups.values_list("pk", flat=True))
        if root.fingerprint != house.pinned():
            raise NotTheHouse
        entered = [
            group.kind
            for group in groups.order_by("kind", "pk")
            if (group.kind != KeyGroup.Kind.CIRCLE or _is_left_to(group, member))
            and _enter(root, entrant, group, member, by)
        ]
        if entered:
            record(RECOVERED, by=by, subject_type="accounts.user", reference=str(entrant.user))
    entrant.forget()
    return entered


def _is_left_to(circle: KeyGroup, member: Member) -> bool:
    """Whether nobody opens a circle any more, and this person may: as somebody who was in it, or who supervises.

    As long as anybody of it is left, the house is not asked: that one lets others back.
    """
    held = rosters.verified(circle.pk)
    gone = set(Departure.objects.filter(group=circle).values_list("fingerprint", flat=True))
    holding = set(GroupWrap.objects.filter(group=circle, epoch=held.body.epoch).values_list("holder", flat=True))
    if any(m.user in holding and m.fingerprint not in gone for m in held.body.members):
        return False
    return member.role == SUPERVISOR or member.user in held.ever


def _enter(root: Identity, entrant: Unlocked, group: KeyGroup, member: Member, by: Actor) -> bool:
    before = rosters.verified(group.pk)
    gone = frozenset(Departure.objects.filter(group=group).values_list("fingerprint", flat=True))
    if before.member(member.user) == member and member.fingerprint not in gone and _holds(before, member):
        return False
    # Opened before anything is signed: a group whose root the house does not hold is left as it was.
    opened = house_opens(root, before) if before.body.epoch else None
    others = tuple(m for m in before.body.members if m.user != member.user)
    body = membership.successor_of(before, members=(*others, member))
    membership.sign_and_save(before, body, [(HOUSE, root)], by)
    if opened is None:
        return True
    GroupWrap.objects.filter(group=group, epoch=opened.epoch, holder=member.user).delete()
    binding = member_binding(group.pk, opened.epoch, member.user)
    wrapped = wrap_to(entrant.identity.public.box_key, opened.epoch, opened.root, binding)
    GroupWrap.objects.create(group=group, epoch=opened.epoch, holder=member.user, wrap=wrapped)
    entrant.forget()
    signed = rosters.verified(group.pk)
    membership.turn(entrant, signed, by, without=left_out(signed, gone))
    entrant.forget()
    return True


def _holds(roster: VerifiedRoster, member: Member) -> bool:
    wraps = GroupWrap.objects.filter(group_id=roster.body.group, epoch=roster.body.epoch, holder=member.user)
    return not roster.body.epoch or wraps.exists()


def make_secrets_again(root: Identity) -> None:
    """Write a new secrets file after the old one is lost, pinned to the root that two sheets have opened.

    Every passphrase slot is dead from then on, for its pepper is gone; the new one takes a number that none of them
    names. Raises FileExistsError.
    """
    newest = Slot.objects.aggregate(newest=Max("pepper_number"))["newest"] or 0
    secrets_file.make(pepper_number=newest + 1, pin=root.fingerprint)
