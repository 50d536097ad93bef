"""An unlocked vault: what one person can open in one request. No key without the committed log entry.

`open_owner` and `open_owners` write the entry, commit it, and only then unwrap keys; `sealer` gives keys for
writing alone, whose entry is the act's own.
"""

import secrets
import uuid
from collections.abc import Sequence
from functools import cached_property

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey
from django.db import connection
from django.utils.translation import gettext_lazy as _

from audit.log.actions import Action, Relation
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record_read
from cellule.steps import TooLate
from cellule.vault.departures import left_out, stays
from cellule.vault.identities import GroupRoot, Identity, OpenKeys, decode_box
from cellule.vault.models import EpochLink, GroupWrap, KeyGroup, SubjectRow
from cellule.vault.models.owner import Compartment
from cellule.vault.opened import OpenedOwner, Sealer
from cellule.vault.owner_keys import Owner, WrappedKey, owner_keys, unwrapped_key, wrapped_key
from cellule.vault.rosters import Member, VerifiedRoster, verified_newest, verified_of
from cellule.vault.sealing import (
    SUITE_HPKE,
    CannotOpen,
    VaultError,
    length_prefixed,
    record_header,
    unwrap,
    unwrap_from,
    wrap,
    wrap_suite,
)

# Asked in every request that opens something: written out, because composing it takes longer than running it.
_GROUPS = """
SELECT g.id, r.newest, w.id, w.epoch, w.wrap,
    ARRAY(SELECT d.fingerprint FROM keys.vault_departure d WHERE d.group_id = g.id)
FROM keys.vault_keygroup g
JOIN (SELECT group_id, max(number) AS newest FROM keys.vault_roster GROUP BY group_id) r ON r.group_id = g.id
LEFT JOIN keys.vault_groupwrap w ON w.group_id = g.id AND w.holder = %s
WHERE g.organisation IS NOT DISTINCT FROM %s AND (g.kind <> 'circle' OR w.id IS NOT NULL)
"""

# A person turns their keys by enrolling anew; until then what they alone hold lies under one wrapping key.
OWN_EPOCH = 1


class NotAMember(VaultError):
    """The person is in no verified roster of the group that holds the keys."""


class TurnIsDue(VaultError, TooLate):
    """Somebody has just left the group: its root turns in a member's next request, before anything is written."""


class HeldElsewhere(CannotOpen):
    """The keys lie with another holder than the owner's row says: it was moved since it was read, or altered."""


class Unlocked(OpenKeys):
    """The keys of one person, for one request.

    `organisation`: the agency whose person this is, None for a person of the unit. One sees the groups of the house,
    the other the group of that agency, and nobody both.
    """

    def __init__(self, user: uuid.UUID, role: str, identity: Identity, organisation: uuid.UUID | None = None) -> None:
        self.user, self.role, self.identity, self.organisation = user, role, identity, organisation
        self._roots: dict[tuple[uuid.UUID, int], GroupRoot] = {}

    @cached_property
    def _groups(
        self,
    ) -> tuple[dict[uuid.UUID, int], dict[tuple[uuid.UUID, int], GroupWrap], dict[uuid.UUID, frozenset[str]]]:
        """In one query: the newest roster number of each group within sight, own wraps, keys that count no more."""
        numbers: dict[uuid.UUID, int] = {}
        wraps: dict[tuple[uuid.UUID, int], GroupWrap] = {}
        departed: dict[uuid.UUID, frozenset[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_GROUPS, [self.user, self.organisation])
            rows = cursor.fetchall()
        for group, newest, pk, epoch, wrapped, left in rows:
            numbers[group], departed[group] = newest, frozenset(left)
            if pk is not None:
                wraps[group, epoch] = GroupWrap(pk=pk, group_id=group, epoch=epoch, holder=self.user, wrap=wrapped)
        return numbers, wraps, departed

    @cached_property
    def rosters(self) -> dict[uuid.UUID, VerifiedRoster]:
        """The newest verified roster of each group within sight."""
        return verified_newest(self._groups[0])

    @cached_property
    def memberships(self) -> dict[uuid.UUID, Member]:
        """The groups in which a verified roster names this person, these keys and this role, and they still count."""
        fingerprint = self.identity.fingerprint
        return {
            group: member
            for group, roster in self.rosters.items()
            if (member := roster.member(self.user))
            and member.fingerprint == fingerprint
            # In a circle it is the person who was named.
            and (member.role == self.role or roster.body.kind == KeyGroup.Kind.CIRCLE)
            and fingerprint not in self._groups[2][group]
        }

    def leaving(self, group: uuid.UUID) -> frozenset[str]:
        """The fingerprints that the newest roster of a group still names and the next one leaves out."""
        return left_out(self.rosters[group], self._groups[2][group])

    def forget(self) -> None:
        """Read rosters and wraps anew: something was signed since this request began."""
        for name in ("_groups", "rosters", "memberships"):
            self.__dict__.pop(name, None)

    def roster_of(self, kind: str) -> VerifiedRoster:
        """The verified roster of the one group of this kind within sight (NotAMember when there is none yet)."""
        for roster in self.rosters.values():
            if roster.body.kind == kind:
                return roster
        raise NotAMember

    def group_of(self, organisation: uuid.UUID) -> uuid.UUID:
        """The key group of the agency whose member this person is (NotAMember for any other organisation)."""
        for group in self.memberships:
            if self.rosters[group].body.organisation == organisation:
                return group
        raise NotAMember

    def own_group(self) -> uuid.UUID:
        """The key group of the person's own agency (NotAMember for who is in no agency)."""
        if self.organisation is None:
            raise NotAMember
        return self.group_of(self.organisation)

    def agency_box(self, organisation: uuid.UUID) -> tuple[VerifiedRoster, MLKEM768X25519PublicKey]:
        """What a sender seals to: an agency's roster, led from its signers over a supervisor to the pin, and its box.

        Raises NotAMember while nobody there could open it, RosterRefused for a roster that does not hold.
        """
        roster = verified_of(KeyGroup.Kind.AGENCY, organisation)
        if roster is None or not roster.body.post_box:
            raise NotAMember
        return roster, decode_box(roster.body.post_box)

    # --- Reading -----------------------------------------------------------------------------------

    def open_owner(
        self,
        owner: Owner,
        compartments: Sequence[Compartment],
        *,
        action: Action,
        by: Actor,
        relation: Relation,
        purpose: str = "",
    ) -> OpenedOwner:
        """Open compartments of one owner, after the entry that says so is committed.

        Raises NotAMember, CannotOpen, and HeldElsewhere for an owner that was moved since it was read; the entry stays,
        for the attempt was made.
        """
        wrapped = owner_keys([owner], compartments)
        record_read(
            action,
            by=by,
            subject_type=owner._meta.label_lower,
            reference=owner.reference,
            subject=wrapped[0].subject if wrapped else log_reference(owner.pk),
            relation=relation,
            purpose=purpose,
        )
        return self._open_one(owner, wrapped)

    def open_recorded(self, owner: Owner, compartments: Sequence[Compartment], entry: Entry) -> OpenedOwner:
        """Open compartments of one owner under an entry that is committed already, for it carries a sealed detail.

        Raises NotAMember, CannotOpen, HeldElsewhere, and ValueError for an entry about something else.
        """
        self._expect_named([owner], entry)
        return self._open_one(owner, owner_keys([owner], compartments))

    def open_named(
        self, owners: Sequence[Owner], wrapped: Sequence[WrappedKey], entry: Entry
    ) -> dict[uuid.UUID, OpenedOwner]:
        """Open keys of owners, already fetched, under an entry of this person that names every one of them.

        The entry is committed, or stands in the transaction that holds what may be read. Raises NotAMember, CannotOpen,
        and ValueError for an entry about something else.
        """
        self._expect_named(owners, entry)
        return self._open(owners, wrapped)

    def _expect_named(self, owners: Sequence[Owner], entry: Entry) -> None:
        named = {entry.reference, *(entry.shown or ())}
        if entry.actor_id != str(self.user) or not named.issuperset(owner.reference for owner in owners):
            raise ValueError("this entry tells of another record or person")

    def open_owners(
        self, owners: Sequence[Owner], compartments: Sequence[Compartment], *, action: Action, by: Actor
    ) -> dict[uuid.UUID, OpenedOwner]:
        """Open compartments of a list of owners under one entry that names what was shown."""
        wrapped = owner_keys(owners, compartments)
        record_read(action, by=by, shown=[owner.reference for owner in owners])
        return self._open(owners, wrapped)

    def _open_one(self, owner: Owner, wrapped: Sequence[WrappedKey]) -> OpenedOwner:
        if wrapped and all(row.holder != owner.key_holder for row in wrapped):
            raise HeldElsewhere
        return self._open([owner], wrapped)[owner.pk]

    def _open(self, owners: Sequence[Owner], wrapped: Sequence[WrappedKey]) -> dict[uuid.UUID, OpenedOwner]:
        holders = {owner.pk: owner.key_holder for owner in owners}
        opened: dict[uuid.UUID, OpenedOwner] = {pk: OpenedOwner(pk, {}) for pk in holders}
        for row in wrapped:
            if row.holder == holders[row.owner]:
                opened[row.owner].keys[row.compartment, record_header(row.version)] = AESGCM(self._unwrap(row))
        return opened

    # --- Writing -----------------------------------------------------------------------------------

    def sealer(self, owner: Owner, *compartments: Compartment) -> Sealer:
        """Give the newest keys for writing; mints those that are missing or behind the holder's epoch.

        Inside the act's transaction; the caller holds the owner's row lock and has read `key_holder` under it (or has
        just made the row). Raises NotAMember, CannotOpen, and HeldElsewhere for an owner that was moved meanwhile.
        """
        holder = owner.key_holder
        epoch = self.newest_epoch(holder)
        wrapping = self.wrapping_key(holder, epoch)
        rows = owner_keys([owner], list(Compartment))
        held = {row.compartment: row for row in rows if row.holder == holder}
        # Who wrote on under a new key here would seal what the owner's holder can never open.
        if rows and not held:
            raise HeldElsewhere
        versions = {row.compartment: row.version for row in rows}
        keys = {}
        for compartment in compartments:
            row = held.get(compartment)
            if row is None or row.epoch < epoch:
                key = secrets.token_bytes(32)
                version = versions.get(compartment, 0) + 1
                minted = wrapped_key(
                    key,
                    wrapping,
                    owner=owner.pk,
                    compartment=compartment,
                    version=version,
                    holder=holder,
                    epoch=epoch,
                )
                minted.save(force_insert=True)
            else:
                key, version = self._unwrap(row), row.version
            keys[compartment] = (version, AESGCM(key))
        return Sealer(owner.pk, keys, rows[0].subject if rows else None)

    # --- Holders: groups, and this person ----------------------------------------------------------

    def newest_epoch(self, holder: uuid.UUID) -> int:
        """The epoch under which a holder's keys are wrapped now, and until the end of the transaction that writes.

        Raises NotAMember, and TurnIsDue when somebody was removed after this request began.
        """
        if holder == self.user:
            return OWN_EPOCH
        number, departed = stays(holder)
        if (number, departed) != (self._groups[0].get(holder), self._groups[2].get(holder)):
            self.forget()
        roster = self._roster(holder)
        if left_out(roster, departed):
            raise TurnIsDue([_("Somebody has just left the group that holds the keys. Send the page once more.")])
        return roster.body.epoch

    def wrapping_key(self, holder: uuid.UUID, epoch: int) -> AESGCM:
        """The key under which a holder's keys of one epoch lie. Raises NotAMember, CannotOpen."""
        return self.identity.wrapping if holder == self.user else self.root(holder, epoch).wrapping

    def _unwrap(self, row: WrappedKey) -> bytes:
        return unwrapped_key(row, self.wrapping_key(row.holder, row.epoch))

    # --- Group roots -------------------------------------------------------------------------------

    def current_root(self, group: uuid.UUID) -> GroupRoot:
        """The root of a group's newest epoch. Raises NotAMember."""
        return self.root(group, self._roster(group).body.epoch)

    def root(self, group: uuid.UUID, epoch: int) -> GroupRoot:
        """The root of one epoch, reached from the newest one through the chain. Raises NotAMember, CannotOpen."""
        if known := self._roots.get((group, epoch)):
            return known
        roster = self._roster(group)
        if epoch > roster.body.epoch or epoch < 1:
            raise CannotOpen
        if epoch < roster.body.epoch:
            above = self.root(group, epoch + 1)
            link = EpochLink.objects.filter(group_id=group, epoch=epoch + 1).first()
            if link is None:
                raise CannotOpen
            opened = GroupRoot(group, epoch, unwrap(above.wrapping, bytes(link.wrap), link_binding(group, epoch + 1)))
        else:
            opened = self._own_root(group, epoch)
            if opened.commitment != roster.body.commitment:
                raise CannotOpen
        self._roots[group, epoch] = opened
        return opened

    def holds_root(self, group: uuid.UUID) -> bool:
        """Whether a root of the newest epoch lies there for this member; a new coordinator's comes from a colleague."""
        return (group, self._roster(group).body.epoch) in self._groups[1]

    def _roster(self, group: uuid.UUID) -> VerifiedRoster:
        if group not in self.memberships:
            raise NotAMember
        return self.rosters[group]

    def _own_root(self, group: uuid.UUID, epoch: int) -> GroupRoot:
        row = self._groups[1].get((group, epoch))
        if row is None:
            raise CannotOpen
        wrapped, binding = bytes(row.wrap), member_binding(group, epoch, self.user)
        if wrap_suite(wrapped) != SUITE_HPKE:
            return GroupRoot(group, epoch, unwrap(self.identity.wrapping, wrapped, binding))
        root = unwrap_from(self.identity.box_key, wrapped, binding)
        # Opened once, it is kept under the person's own key: later openings need no public-key work.
        GroupWrap.objects.filter(pk=row.pk, wrap=wrapped).update(
            wrap=wrap(self.identity.wrapping, epoch, root, binding)
        )
        return GroupRoot(group, epoch, root)


def member_binding(group: uuid.UUID, epoch: int, holder: uuid.UUID) -> bytes:
    return length_prefixed(b"group root", group.bytes, str(epoch).encode(), holder.bytes)


def link_binding(group: uuid.UUID, epoch: int) -> bytes:
    return length_prefixed(b"epoch link", group.bytes, str(epoch).encode())


def new_subject(owner: uuid.UUID) -> uuid.UUID:
    """Make the random log reference of a new case (inside its transaction)."""
    return SubjectRow.objects.create(owner=owner).log_reference


def log_reference(owner: uuid.UUID) -> uuid.UUID | None:
    """The random log reference of a case, None once it is destroyed; needs no key."""
    return SubjectRow.objects.filter(owner=owner).values_list("log_reference", flat=True).first()


def group_id(kind: KeyGroup.Kind | str) -> uuid.UUID:
    """The house's one group of a kind (KeyGroup.DoesNotExist before the house is sealed)."""
    return KeyGroup.objects.values_list("pk", flat=True).get(kind=kind, organisation=None)
