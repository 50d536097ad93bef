"""What somebody who has left may have kept: their own root, and copies of the key tables; and what that opens."""

import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cellule.vault.identities import GroupRoot, Identity
from cellule.vault.models import EpochLink, GroupWrap, OwnerKey
from cellule.vault.owner_keys import told_key
from cellule.vault.sealing import SUITE_AES, SUITE_HPKE, VaultError, record_header, unwrap, unwrap_from, wrap_suite
from cellule.vault.unlocked import OpenedOwner, link_binding, member_binding
from tests.vault.papers import Paper, read


@dataclass
class Kept:
    """Somebody's keys, and every copy of the key tables that they took; `group`: of the wraps, only that group's."""

    user: uuid.UUID
    identity: Identity
    group: uuid.UUID | None = None
    wraps: list[GroupWrap] = field(default_factory=list)
    links: list[EpochLink] = field(default_factory=list)
    owner_keys: list[OwnerKey] = field(default_factory=list)
    # Whether the group held anything when the first copy was taken.
    held: bool = True

    def dump(self) -> "Kept":
        """Copy the key tables as they are now."""
        if not self.owner_keys:
            self.held = self.group is None or OwnerKey.objects.filter(holder=self.group).exists()
        self.wraps += [row for row in GroupWrap.objects.all() if self.group in (None, row.group_id)]
        self.links += EpochLink.objects.all()
        self.owner_keys += OwnerKey.objects.all()
        return self

    def opens(self, papers: list[Paper]) -> list[bool]:
        """Which papers all of this opens."""
        roots = self._roots()
        keys = {}
        for row in self.owner_keys:
            root = roots.get((row.holder, row.epoch))
            if root is None or wrap_suite(bytes(row.wrap)) != SUITE_AES:
                continue
            try:
                key = told_key(row, root.wrapping)[0]
            except VaultError:
                continue
            keys[row.owner, row.compartment, record_header(row.version)] = AESGCM(key)
        return [self._opens(paper, keys) for paper in papers]

    def _opens(self, paper: Paper, keys: dict) -> bool:
        own = {(part, header): key for (owner, part, header), key in keys.items() if owner == paper.owner}
        try:
            read(OpenedOwner(paper.owner, own), paper)
        except VaultError:
            return False
        return True

    def _roots(self) -> dict[tuple, GroupRoot]:
        """Every root that a wrap of theirs opens, on whichever copy, and all that lie behind it."""
        found: dict[tuple, GroupRoot] = {}
        for row in self.wraps:
            wrapped, binding = bytes(row.wrap), member_binding(row.group_id, row.epoch, self.user)
            for suite, opened in ((SUITE_AES, self._by_own_key), (SUITE_HPKE, self._by_box)):
                if wrap_suite(wrapped) == suite and (root := opened(wrapped, binding)):
                    found[row.group_id, row.epoch] = GroupRoot(row.group_id, row.epoch, root)
        for link in sorted(self.links, key=lambda one: -one.epoch):
            if above := found.get((link.group_id, link.epoch)):
                root = unwrap(above.wrapping, bytes(link.wrap), link_binding(link.group_id, link.epoch))
                found[link.group_id, link.epoch - 1] = GroupRoot(link.group_id, link.epoch - 1, root)
        return found

    def _by_own_key(self, wrapped: bytes, binding: bytes) -> bytes | None:
        try:
            return unwrap(self.identity.wrapping, wrapped, binding)
        except VaultError:
            return None

    def _by_box(self, wrapped: bytes, binding: bytes) -> bytes | None:
        try:
            return unwrap_from(self.identity.box_key, wrapped, binding)
        except VaultError:
            return None
