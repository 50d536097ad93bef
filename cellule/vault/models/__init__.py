"""The nouns of the vault. All but letters' bodies and drafts live in the key schema, with no foreign key into it."""

from cellule.vault.models.group import Departure, EpochLink, GroupWrap, KeyGroup, ProposedRoster, Roster
from cellule.vault.models.holder import CustodianWrap, HolderKeys, Slot
from cellule.vault.models.letter import Letter, LetterKey
from cellule.vault.models.owner import OwnerKey, SubjectRow
from cellule.vault.models.parked import ParkedText
from cellule.vault.models.session import VaultSession

__all__ = [
    "CustodianWrap",
    "Departure",
    "EpochLink",
    "GroupWrap",
    "HolderKeys",
    "KeyGroup",
    "Letter",
    "LetterKey",
    "OwnerKey",
    "ParkedText",
    "ProposedRoster",
    "Roster",
    "Slot",
    "SubjectRow",
    "VaultSession",
]
