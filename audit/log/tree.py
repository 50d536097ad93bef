"""The tree as it lies in the database: the hashes of its full parts, its right edge, its proofs, its tiles."""

from audit.log import merkle
from audit.log.merkle import Frontier
from audit.log.models.leaf import Leaf
from audit.log.models.tile import HEIGHT, WIDTH, Tile


class TreeIncomplete(Exception):
    """The tables do not hold a hash that the tree needs; `verify_audit` says where."""


def hashes(level: int, start: int, end: int) -> list[bytes]:
    """Give the hashes of tile level `level` (0: leaves) from `start` up to `end`. Raises TreeIncomplete."""
    if level == 0:
        leaves = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
        found = list(leaves.values_list("hash", flat=True))
    else:
        tiles = Tile.objects.filter(level=level, index__gte=start, index__lt=end).order_by("index")
        found = list(tiles.values_list("hash", flat=True))
    read = [bytes(each) for each in found]
    if len(read) != end - start:
        raise TreeIncomplete(f"{level}/{start}")
    return read


def perfect(level: int, index: int) -> bytes:
    """Give the hash of a full subtree of 2**level leaves, as the proofs ask for it. Raises TreeIncomplete."""
    tile_level, height = divmod(level, HEIGHT)
    return merkle.full_root(hashes(tile_level, index << height, (index + 1) << height))


def frontier(size: int) -> Frontier:
    """Give the right edge of the tree of `size` leaves, read from at most 255 hashes of each level."""
    edge, levels = Frontier(), []
    for level in range(8):
        whole = size >> (level * HEIGHT)
        levels.append((level, whole // WIDTH * WIDTH, whole))
    for level, start, end in reversed(levels):
        for found in hashes(level, start, end) if end > start else []:
            edge.push(found, level * HEIGHT)
    return edge


def root_at(size: int) -> bytes:
    """Give the root of the tree when it had `size` leaves. Raises TreeIncomplete."""
    return frontier(size).root()


def inclusion(position: int, size: int) -> list[bytes]:
    """Prove that the entry at `position` is in the tree of `size`."""
    return merkle.inclusion_proof(perfect, position, size)


def consistency(old: int, new: int) -> list[bytes]:
    """Prove that the tree of `old` entries begins the tree of `new`."""
    return merkle.consistency_proof(perfect, old, new)


def tiles(size: int) -> list[tuple[int, int, int]]:
    """Name the tiles of the tree of `size` leaves: level, index and width (C2SP tlog-tiles)."""
    named, level = [], 0
    while size > 0:
        full, rest = divmod(size, WIDTH)
        named += [(level, index, WIDTH) for index in range(full)]
        if rest:
            named.append((level, full, rest))
        size, level = full, level + 1
    return named


def tile_path(level: int | str, index: int, width: int) -> str:
    """Give the path of a tile (C2SP tlog-tiles): `tile/0/x001/234`, with `.p/17` for one that is not full."""
    digits = f"{index % 1000:03d}"
    while index := index // 1000:
        digits = f"x{index % 1000:03d}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < WIDTH else "")
