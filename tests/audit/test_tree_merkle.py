"""The tree against the published vectors of Certificate Transparency, and against a tree built the plain way."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log import merkle
from audit.log.merkle import Frontier, leaf_hash

# The leaves and roots of the reference implementation of RFC 6962.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def plain_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + plain_root(hashes[:k]) + plain_root(hashes[k:])).digest()


def perfect_of(hashes: list[bytes]):
    return lambda level, index: merkle.full_root(hashes[index << level : (index + 1) << level])


def grown(hashes: list[bytes]) -> Frontier:
    edge = Frontier()
    for found in hashes:
        edge.push(found)
    return edge


def many(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_published_one(size):
    assert grown(HASHES[:size]).root().hex() == ROOTS[size]
    assert merkle.root(perfect_of(HASHES), 0, size).hex() == ROOTS[size]


# The example of RFC 6962, 2.1.3: seven leaves d0 to d6.
@pytest.mark.parametrize(
    ("position", "names"),
    [
        (0, ["b", "h", "l"]),
        (3, ["c", "g", "l"]),
        (4, ["f", "j", "k"]),
        (6, ["i", "k"]),
    ],
)
def test_inclusion_proof_is_that_of_the_example(position, names):
    leaves = many(7)
    a, b, c, d, e, f, j = leaves
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k = merkle.node_hash(g, h)
    parts = {"b": b, "c": c, "f": f, "g": g, "h": h, "i": i, "j": j, "k": k, "l": merkle.node_hash(i, j)}

    assert merkle.inclusion_proof(perfect_of(leaves), position, 7) == [parts[name] for name in names]


@pytest.mark.parametrize(("old", "names"), [(3, ["c", "d", "g", "l"]), (4, ["l"]), (6, ["i", "j", "k"])])
def test_consistency_proof_is_that_of_the_example(old, names):
    leaves = many(7)
    a, b, c, d, e, f, j = leaves
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    parts = {"c": c, "d": d, "g": g, "i": i, "j": j, "k": merkle.node_hash(g, h), "l": merkle.node_hash(i, j)}

    assert merkle.consistency_proof(perfect_of(leaves), old, 7) == [parts[name] for name in names]


@given(st.integers(1, 70), st.data())
def test_inclusion_is_proved_for_the_leaf_alone(size, data):
    leaves = many(size)
    position = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(perfect_of(leaves), position, size)
    root = plain_root(leaves)

    assert merkle.proves_inclusion(leaves[position], position, size, proof, root)
    assert not merkle.proves_inclusion(leaf_hash(b"another"), position, size, proof, root)
    assert not merkle.proves_inclusion(leaves[position], position, size, [*proof, root], root)
    assert not merkle.proves_inclusion(leaves[position], size, size, proof, root)


@given(st.integers(0, 70), st.data())
def test_consistency_is_proved_for_the_same_beginning_alone(new, data):
    leaves = many(new)
    old = data.draw(st.integers(0, new))
    proof = merkle.consistency_proof(perfect_of(leaves), old, new)
    before, after = plain_root(leaves[:old]), plain_root(leaves)

    assert merkle.proves_consistency(old, new, proof, before, after)
    assert not merkle.proves_consistency(old, new, proof, leaf_hash(b"another"), after)
    assert not merkle.proves_consistency(old, new, [*proof, after], before, after)
    assert not old or not merkle.proves_consistency(old, new, proof, before, leaf_hash(b"another"))


@given(st.integers(0, 600))
def test_growing_gives_the_root_of_the_definition(size):
    leaves = many(size)

    assert grown(leaves).root() == plain_root(leaves)


def test_what_is_outside_the_tree_has_no_proof():
    with pytest.raises(IndexError):
        merkle.inclusion_proof(perfect_of(HASHES), 8, 8)
    with pytest.raises(IndexError):
        merkle.consistency_proof(perfect_of(HASHES), 9, 8)
