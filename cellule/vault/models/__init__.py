"""The nouns of the vault. All but letters' bodies and drafts live in the key schema, with no foreign key into it."""

from cellule.vault.models.file_key import FileKey
from cellule.vault.models.group import Departure, EpochLink, GroupWrap, KeyGroup, ProposedRoster, Roster
from cellule.vault.models.holder import CustodianWrap, HolderKeys, HouseTurn, Slot
from cellule.vault.models.letter import Letter, LetterKey
from cellule.vault.models.owner import OwnerKey, SubjectRow
from cellule.vault.models.parked import ParkedText
from cellule.vault.models.session import VaultSession

__all__ = [
    "CustodianWrap",
    "Departure",
    "EpochLink",
    "FileKey",
    "GroupWrap",
    "HolderKeys",
    "HouseTurn",
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
