"""The Merkle tree of RFC 6962 (section 2.1): hashes, roots, and the two proofs, without any database."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Self

EMPTY_ROOT = hashlib.sha256(b"").digest()
# Gives the hash of the full subtree of 2**level leaves that begins at index * 2**level.
Perfect = Callable[[int, int], bytes]


def leaf_hash(content: bytes) -> bytes:
    """Hash one leaf."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent."""
    return hashlib.sha256(b"\1" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over a power of two of neighbouring hashes."""
    level = list(hashes)
    sha256 = hashlib.sha256
    while len(level) > 1:
        level = [sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
    return level[0]


class Frontier:
    """The right edge of a growing tree: the roots of its full subtrees, the largest first; enough to grow it."""

    def __init__(self, size: int = 0, subtrees: Iterable[tuple[int, bytes]] = ()) -> None:
        # Each is the level (leaves are 0) and the hash.
        self.size, self.subtrees = size, list(subtrees)

    def copy(self) -> Self:
        return type(self)(self.size, self.subtrees)

    def push(self, found: bytes, level: int = 0) -> list[tuple[int, int, bytes]]:
        """Add a full subtree to the right; give the subtrees that it completed (level, index and hash)."""
        completed = []
        self.size += 1 << level
        while self.subtrees and self.subtrees[-1][0] == level:
            found = node_hash(self.subtrees.pop()[1], found)
            level += 1
            completed.append((level, (self.size >> level) - 1, found))
        self.subtrees.append((level, found))
        return completed

    def root(self) -> bytes:
        """Give the root of the tree as it is now."""
        if not self.subtrees:
            return EMPTY_ROOT
        found = self.subtrees[-1][1]
        for _level, left in reversed(self.subtrees[:-1]):
            found = node_hash(left, found)
        return found


def root(perfect: Perfect, start: int, end: int) -> bytes:
    """Give the root over the leaves from `start` up to `end`, made of full subtrees."""
    size = end - start
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return perfect(level, start >> level)
    middle = start + _split(size)
    return node_hash(root(perfect, start, middle), root(perfect, middle, end))


def inclusion_proof(perfect: Perfect, position: int, size: int) -> list[bytes]:
    """Prove that the leaf at `position` is in the tree of `size` (RFC 6962, 2.1.1); IndexError when it is not."""
    if not 0 <= position < size:
        raise IndexError(position)
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append(root(perfect, middle, end))
            end = middle
        else:
            path.append(root(perfect, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(perfect: Perfect, old: int, new: int) -> list[bytes]:
    """Prove that the tree of `old` leaves begins the tree of `new` (RFC 6962, 2.1.2); IndexError when it cannot."""
    if not 0 <= old <= new:
        raise IndexError(old)
    if old in {0, new}:
        return []
    path, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(root(perfect, middle, end))
            end = middle
        else:
            path.append(root(perfect, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(root(perfect, start, end))
    return path[::-1]


def proves_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf's hash at `position` to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    inner, last = position, size - 1
    found = leaf
    for step in proof:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            found = node_hash(step, found)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            found = node_hash(found, step)
        inner, last = inner >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the proof leads from the old root to the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new or old == 0:
        return not proof and (old_root == new_root if old else old_root == EMPTY_ROOT)
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    inner, last = old - 1, new - 1
    while inner & 1:
        inner, last = inner >> 1, last >> 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            new_found = node_hash(new_found, step)
        inner, last = inner >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
