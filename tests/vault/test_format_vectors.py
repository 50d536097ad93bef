"""Stored vectors: what was sealed by this release must open in every later one."""

import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cellule.vault import sealing, words
from cellule.vault.identities import GroupRoot, Identity, PublicIdentity
from cellule.vault.owner_keys import WrappedKey
from cellule.vault.posted import opened_key
from cellule.vault.rosters import Member, RosterBody, body_hash

KEY = bytes(range(32))
CONTEXT = sealing.length_prefixed(b"cases.note.story") + bytes(16) + bytes(range(16))
BINDING = sealing.length_prefixed(b"binding")
RECORD = (
    "010100000007000102030405060708090a0b1c33fa60e787ad7ff463ada9c9cb0530a3f6a714d05b7f5c1847c5a53d49209221308edc8f"
    "e132b854845fcda8a70818ce7940ad7af683fa1fb70a3938c3d5ceeb55df6338dd7af91c084c9bb74c6bfb"
)
WRAP = (
    "010100000003000102030405060708090a0b4703d418c1e0c41c85489d80bde4766293c79527e46e496b207eff9e01741eadb0f3f716fea8"
    "731506aef88d561e8197"
)


def test_record_suite_1():
    document = sealing.open_record(AESGCM(KEY), CONTEXT, bytes.fromhex(RECORD))

    assert document == b'[1,{"body":"x"}]'.ljust(64)
    assert sealing.record_key_version(bytes.fromhex(RECORD)) == 7


def test_wrap_suite_1():
    assert sealing.unwrap(AESGCM(KEY), bytes.fromhex(WRAP), BINDING) == KEY
    assert sealing.wrap_epoch(bytes.fromhex(WRAP)) == 3


def test_wrap_suite_2():
    wrapped = bytes.fromhex("".join(Path(__file__).with_name("wrap_suite_2.hex").read_text().split()))

    assert sealing.unwrap_from(Identity(KEY).box_key, wrapped, BINDING) == KEY


def test_wrap_suite_3():
    wrapped = bytes.fromhex("".join(Path(__file__).with_name("wrap_suite_3.hex").read_text().split()))
    group, owner = uuid.UUID(int=5), uuid.UUID(int=8)
    row = WrappedKey(owner, "envelope", 1, group, 3, wrapped, None)

    assert opened_key(row, GroupRoot(group, 3, KEY), Identity(KEY).public) == KEY


def test_identity():
    public = Identity(KEY).public

    assert public.fingerprint == "a5c3d8ab02ce8c494e0cbb4125d1b1445235494fe97fdbcb328a8cc2ef438713"
    assert PublicIdentity.decode(public.encode()) == public
    assert public.verifies(
        bytes.fromhex(
            "9ef0a519b3ed9c8c61ceb1b3922c08c21dde4886bb7e0cd9a83889efd915ea5e"
            "d43c98ecae81b766bae15dd0203246a5bd437c300b352dbb233b824614164702"
        ),
        b"cellule",
    )


def test_fingerprint_words(real_words):
    shown = words.fingerprint_words(Identity(KEY).public.fingerprint)

    assert shown == "blond adopter pelage goupille daigner"


def test_group_commitment():
    root = GroupRoot(uuid.UUID(int=5), 2, KEY)

    assert root.commitment.hex() == "97587d604254a444984dc16ae35eb221dee90f93f5b56be251afd56f1bf84608"


def test_custodian_sheet():
    sheet = words.sheet_words(KEY)

    assert sheet.startswith("abaisser agréable inductif agréable éligible achat")
    assert words.sheet_secret(sheet.upper().replace("É", "e")) == KEY


def test_roster_body():
    body = RosterBody(
        group=uuid.UUID(int=5),
        kind="unit",
        number=1,
        previous="ab" * 32,
        epoch=1,
        post_box=b"\x01",
        commitment=b"\x02",
        members=(Member(uuid.UUID(int=6), "cd" * 32, "supervisor", True),),
    )

    assert body.encode() == (
        b'{"authority":null,"commitment":"02","epoch":1,"group":"00000000-0000-0000-0000-000000000005","kind":"unit",'
        b'"members":[{"fingerprint":"' + b"cd" * 32 + b'","may_admit":true,"role":"supervisor",'
        b'"user":"00000000-0000-0000-0000-000000000006"}],"number":1,"post_box":"01","previous":"'
        + b"ab" * 32
        + b'","v":1}'
    )
    assert RosterBody.decode(body.encode()) == body
    assert body_hash(body.encode()) == body_hash(RosterBody.decode(body.encode()).encode())


@pytest.mark.parametrize("place", [0, 1])
def test_unknown_version_or_suite_is_a_hard_error(place):
    record, wrapped = bytearray(bytes.fromhex(RECORD)), bytearray(bytes.fromhex(WRAP))
    record[place] = wrapped[place] = 9

    with pytest.raises(sealing.UnknownFormat):
        sealing.open_record(AESGCM(KEY), CONTEXT, bytes(record))
    with pytest.raises(sealing.UnknownFormat):
        sealing.unwrap(AESGCM(KEY), bytes(wrapped), BINDING)


@pytest.mark.parametrize("place", [2, 6, 20, 40, -1])
def test_an_altered_record_does_not_open(place):
    record = bytearray(bytes.fromhex(RECORD))
    record[place] ^= 1

    with pytest.raises(sealing.CannotOpen):
        sealing.open_record(AESGCM(KEY), CONTEXT, bytes(record))


@pytest.mark.parametrize(
    ("size", "padded"), [(1, 64), (64, 64), (65, 128), (1024, 1024), (1025, 1280), (20_000, 20_224)]
)
def test_padding_hides_lengths(size, padded):
    assert len(sealing.pad(b"x" * size)) == padded
