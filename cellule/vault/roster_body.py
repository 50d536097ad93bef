"""What a roster says and what is signed of it; whether it holds is another question (`rosters`)."""

import uuid
from dataclasses import dataclass
from functools import cached_property

import orjson

from cellule.vault.sealing import VaultError

SUPERVISOR = "supervisor"


class RosterRefused(VaultError):
    """A roster that does not follow from the one before, or a house that is not the pinned one."""


@dataclass(frozen=True)
class Member:
    """One member: user, fingerprint of the public keys (hex), role code, whether they may admit others."""

    user: uuid.UUID
    fingerprint: str
    role: str
    may_admit: bool = False


@dataclass(frozen=True)
class RosterBody:
    """What is signed. Without a post box there is no root: no member has made the group's first one, or its next."""

    group: uuid.UUID
    kind: str
    number: int
    previous: str
    epoch: int
    post_box: bytes
    commitment: bytes
    members: tuple[Member, ...]
    # The unit roster that makes the signer a supervisor: in a first roster, and where a coordinator joins an agency.
    authority: int | None = None
    # Whose group an agency's is; None for the groups of the house.
    organisation: uuid.UUID | None = None
    # Whose a circle is: one case, and no other.
    owner: uuid.UUID | None = None
    # Where somebody supervises no more: the hashes of all that supervisors have signed for other groups until then.
    vouched: tuple[str, ...] | None = None

    def encode(self) -> bytes:
        """Canonical JSON: sorted keys, no floats."""
        return orjson.dumps(
            {
                "v": 1,
                "group": str(self.group),
                "kind": self.kind,
                "number": self.number,
                "previous": self.previous,
                "epoch": self.epoch,
                "post_box": self.post_box.hex(),
                "commitment": self.commitment.hex(),
                "authority": self.authority,
                "members": [
                    {"user": str(m.user), "fingerprint": m.fingerprint, "role": m.role, "may_admit": m.may_admit}
                    for m in self.members
                ],
                **({"organisation": str(self.organisation)} if self.organisation else {}),
                **({"owner": str(self.owner)} if self.owner else {}),
                **({"vouched": list(self.vouched)} if self.vouched is not None else {}),
            },
            option=orjson.OPT_SORT_KEYS,
        )

    @classmethod
    def decode(cls, body: bytes) -> "RosterBody":
        try:
            stored = orjson.loads(body)
            if stored.pop("v") != 1:
                raise RosterRefused("unknown version")
            members = tuple(
                Member(uuid.UUID(m["user"]), m["fingerprint"], m["role"], m["may_admit"]) for m in stored.pop("members")
            )
            organisation, owner = stored.pop("organisation", None), stored.pop("owner", None)
            vouched = stored.pop("vouched", None)
            return cls(
                group=uuid.UUID(stored.pop("group")),
                organisation=uuid.UUID(organisation) if organisation else None,
                owner=uuid.UUID(owner) if owner else None,
                vouched=None if vouched is None else tuple(vouched),
                post_box=bytes.fromhex(stored.pop("post_box")),
                commitment=bytes.fromhex(stored.pop("commitment")),
                members=members,
                **stored,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RosterRefused("not a roster") from error

    @property
    def has_root(self) -> bool:
        """Whether a member has made the root that this roster's members open."""
        return bool(self.post_box)

    @property
    def supervisors(self) -> frozenset[str]:
        """The fingerprints of those who supervise."""
        return frozenset(member.fingerprint for member in self.members if member.role == SUPERVISOR)

    def member(self, user: uuid.UUID) -> Member | None:
        return self._by_user.get(user)

    @cached_property
    def _by_user(self) -> dict[uuid.UUID, Member]:
        return {member.user: member for member in self.members}
