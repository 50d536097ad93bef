"""Check an exported log on any machine: `python3 verify_bundle.py BUNDLE.zip --key KEY [--held CHECKPOINT ...]`.

It needs Python 3.12 and the package `cryptography`, nothing else of this project, and trusts nothing in the bundle but
the key given with `--key` (write it down on the first day; the copy inside the bundle is used when none is given, and
then proves only that the bundle agrees with itself). `--held` names files with checkpoints that a witness has kept.
"""

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
# Nothing goes by rule before 24 months; here every month has 30 days.
LEAST_MICROSECONDS = 24 * 30 * 86_400 * 1_000_000


class Bad(Exception):
    """The first bad place."""


def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def push(edge, found, level=0):
    """Add a full subtree of 2**level leaves to the right edge of a tree."""
    while edge and edge[-1][0] == level:
        found, level = node_hash(edge.pop()[1], found), level + 1
    edge.append((level, found))


def root_of(edge):
    """The root of a tree by its right edge (RFC 6962, 2.1)."""
    if not edge:
        return hashlib.sha256(b"").digest()
    found = edge[-1][1]
    for _level, left in reversed(edge[:-1]):
        found = node_hash(left, found)
    return found


def key_of(text):
    """The name, the id and the public key of a verifier key (C2SP signed-note)."""
    name, key_id, key = text.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    if hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != key_id or raw[0] != 1 or len(raw) != 33:
        raise Bad(f"key {text}: malformed")
    return name, bytes.fromhex(key_id), Ed25519PublicKey.from_public_bytes(raw[1:])


def opened(note, key):
    """The lines of a note that this key has signed."""
    name, key_id, public = key_of(key)
    head, blank, tail = note.rpartition("\n\n")
    text = head + "\n"
    for line in tail.splitlines():
        signer, _space, words = line.removeprefix("— ").partition(" ")
        blob = base64.b64decode(words, validate=True)
        if base64.b64encode(blob).decode() != words:
            raise Bad("a signature is written in another way")
        if blank and signer == name and blob[:4] == key_id:
            public.verify(blob[4:], text.encode())
            return text.splitlines()
    raise Bad("not signed by the key of the log")


def statement(note, key):
    """What a checkpoint says, and the key that signs the next one."""
    lines = opened(note, key)
    told = dict(line.split(" ", 1) for line in lines[3:])
    # A log that was begun anew after a loss has another name, for which the old key vouches.
    if (lines[0] != key_of(key)[0]) != ("restart" in told) or ("restart" in told and "next-key" not in told):
        raise Bad("of another log")
    following = key
    if "next-key" in told:
        following = told["next-key"]
        if told["key"] != key or key_of(following)[0] != lines[0]:
            raise Bad("names other keys")
        opened(note, following)
    root, lost = base64.b64decode(lines[2], validate=True), told.get("restart", "")
    clock = int(told.get("clock", 0))
    return int(lines[1]), root, int(told["number"]), int(told["microseconds"]), clock, following, lost


def path_of(level, index, width):
    digits = f"{index % 1000:03d}"
    while index := index // 1000:
        digits = f"x{index % 1000:03d}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < WIDTH else "")


def bodies_of(content):
    place, found = 0, []
    while place < len(content):
        length = int.from_bytes(content[place : place + 2], "big")
        found.append(content[place + 2 : place + 2 + length])
        place += 2 + length
    return found if place == len(content) else []


def leaves(bundle, size):
    """Every leaf's hash in the order of the tree, after its entry was hashed; the places whose entries are gone.

    And what entries tell of removals: by its mark, when.
    """
    gone, found, told = [], [], {}
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        tile = bundle.read(path_of(0, start // WIDTH, width))
        bodies = bodies_of(bundle.read(path_of("entries", start // WIDTH, width)))
        if len(tile) != 32 * width or len(bodies) != width:
            raise Bad(f"places {start} to {start + width - 1}: missing")
        for number, body in enumerate(bodies):
            leaf = tile[32 * number : 32 * number + 32]
            if body and leaf_hash(body) != leaf:
                raise Bad(f"place {start + number}: the entry is not what the tree holds")
            if not body:
                gone.append(start + number)
            elif b"log.forgotten" in body:
                told.update(removal_of(body))
            found.append(leaf)
    return found, gone, told


def removal_of(body):
    """The mark and the time of an entry that tells of a removal, in the first form of bodies; else nothing."""
    # A version byte, id, time, session, counter, request; then texts, each after its length in two bytes.
    place, texts = 1 + 16 + 8 + 16 + 8 + 16, []
    for _text in range(6):
        length = int.from_bytes(body[place : place + 2], "big")
        texts.append(body[place + 2 : place + 2 + length].decode())
        place += 2 + length
    _actor, _role, _organisation, action, subject_type, reference = texts
    is_one = body[0] == 1 and (action, subject_type) == ("log.forgotten", "log_forgetting")
    return {reference: int.from_bytes(body[17:25], "big")} if is_one else {}


def check_gone(removals, gone, told, signed):
    """Every entry that is missing was removed by a rule that an entry tells of, and was old by a signed checkpoint."""
    allowed = set()
    for removal in removals:
        ranges, counts = sorted(map(tuple, removal["ranges"])), sorted(map(tuple, removal["counts"]))
        text = [f"{first}-{last} {checkpoint}" for first, last, checkpoint in ranges]
        text += ["", *(f"{session} {entries}" for session, entries in counts)]
        mark = hashlib.sha256("\n".join(text).encode()).hexdigest()
        if mark not in told:
            raise Bad(f"place {ranges[0][0] if ranges else 0}: no entry tells of this removal")
        for first, last, checkpoint in ranges:
            size, at = signed.get(checkpoint, (0, 0))
            if size <= last or at > told[mark] - LEAST_MICROSECONDS:
                raise Bad(f"place {first}: removed sooner than any rule allows")
            allowed.update(range(first, last + 1))
    for place in gone:
        if place not in allowed:
            raise Bad(f"place {place}: the entry is missing, and no rule removed it")


def check_tiles(bundle, hashes):
    """The tiles above the leaves are made of those below."""
    level = 1
    while len(hashes) >= WIDTH:
        above = []
        for start in range(0, len(hashes) - WIDTH + 1, WIDTH):
            edge = []
            for found in hashes[start : start + WIDTH]:
                push(edge, found)
            above.append(root_of(edge))
        for start in range(0, len(above), WIDTH):
            part = above[start : start + WIDTH]
            if bundle.read(path_of(level, start // WIDTH, len(part))) != b"".join(part):
                raise Bad(f"tile {level}/{start // WIDTH}: does not fit the entries")
        hashes, level = above, level + 1


def check_checkpoints(notes, hashes, key):
    """Every checkpoint is signed, follows the one before, and states the tree of its size; their sizes and times."""
    edge, size, last, signed = [], 0, (0, 0, 0), {}
    for place, told in enumerate(notes, 1):
        try:
            stated, root, number, at, clock, following, lost = statement(told["note"], key)
        except InvalidSignature:
            raise Bad(f"checkpoint {place}: the signature is wrong") from None
        except Bad as bad:
            raise Bad(f"checkpoint {place}: {bad}") from None
        except (ValueError, KeyError, IndexError):
            raise Bad(f"checkpoint {place}: malformed") from None
        expected = last[2] + 1
        if lost:
            lost_number, lost_size = map(int, lost.split(" ")[:2])
            if lost_number < last[2] or lost_size < last[0] or stated != last[0] + 1:
                raise Bad(f"checkpoint {place}: does not lead on from what was lost")
            expected = lost_number + 1
        if number != expected or told["number"] != expected:
            raise Bad(f"checkpoint {expected}: missing")
        if not last[0] <= stated <= len(hashes):
            raise Bad(f"checkpoint {place}: the tree shrank")
        if at < last[1] and clock >= 0:
            raise Bad(f"checkpoint {place}: the clock went back and nobody noted it")
        for found in hashes[size:stated]:
            push(edge, found)
        size = max(size, stated)
        if root_of(edge) != root:
            raise Bad(f"checkpoint {place}: states another tree (places {last[0]} to {stated - 1})")
        last, key = (stated, at, number), following
        signed[number] = stated, at
    if size != len(hashes):
        raise Bad(f"place {size}: beyond the last checkpoint")
    return signed


def follow(proof, found, other, inner, last):
    """Follow a proof of RFC 9162 (2.1.3.2, 2.1.4.2); `other` is the old root's side, or None for inclusion."""
    for step in proof:
        if last == 0:
            return None
        if inner & 1 or inner == last:
            found, other = node_hash(step, found), other and node_hash(step, other)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            found = node_hash(found, step)
        inner, last = inner >> 1, last >> 1
    return (found, other) if last == 0 else None


def check_proofs(proofs, notes, hashes):
    """The proofs in the bundle lead to the newest root."""
    roots = {told["number"]: base64.b64decode(told["note"].split("\n")[2]) for told in notes}
    newest = roots[notes[-1]["number"]] if notes else b""
    for place, told in enumerate(proofs, 1):
        proof, size = [base64.b64decode(step) for step in told["proof"]], told["size"]
        if "position" in told:
            leaf, position = base64.b64decode(told["leaf"]), told["position"]
            sound = hashes[position] == leaf and follow(proof, leaf, None, position, size - 1) == (newest, None)
        else:
            old, before = told["old"], roots.get(told["number"])
            if old in {0, size}:
                sound = not proof and (old == 0 or before == newest)
            else:
                steps = proof if old & (old - 1) else [before, *proof]
                inner, last = old - 1, size - 1
                while inner & 1:
                    inner, last = inner >> 1, last >> 1
                sound = bool(steps) and follow(steps[1:], steps[0], steps[0], inner, last) == (newest, before)
        if not sound or size != len(hashes):
            raise Bad(f"proof {place}: does not lead to the newest checkpoint")


def check_held(paths, notes):
    """What a witness has kept stands in the bundle, letter for letter."""
    known = {told["note"] for told in notes}
    for path in paths:
        text = Path(path).read_text(encoding="utf-8")
        lines = text.splitlines() if text.startswith("{") else []
        for held in [json.loads(line)["note"] for line in lines] or [text]:
            if held not in known:
                raise Bad(f"{path}: the witness holds a checkpoint that is not in the bundle")


def lines_of(bundle, name):
    return [json.loads(line) for line in bundle.read(name).decode().splitlines()]


def check(path, key, held):
    """Check everything and give a sentence. Raises Bad."""
    with zipfile.ZipFile(path) as bundle:
        notes = lines_of(bundle, "checkpoints.jsonl")
        if not notes or bundle.read("checkpoint").decode() != notes[-1]["note"]:
            raise Bad("checkpoint: not the last of the checkpoints")
        size = int(notes[-1]["note"].split("\n")[1])
        hashes, gone, told = leaves(bundle, size)
        signed = check_checkpoints(notes, hashes, key or bundle.read("key").decode().strip())
        check_gone(lines_of(bundle, "forgotten.jsonl"), gone, told, signed)
        check_tiles(bundle, hashes)
        check_proofs(lines_of(bundle, "proofs.jsonl"), notes, hashes)
        check_held(held, notes)
    left = f" ({len(gone)} entries are gone by their retention, their leaves stayed)" if gone else ""
    return f"Sound: {size} entries{left}, {len(notes)} checkpoints."


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle")
    parser.add_argument("--key", default="")
    parser.add_argument("--held", nargs="*", default=[])
    options = parser.parse_args()
    try:
        print(check(options.bundle, options.key, options.held))
    except Bad as bad:
        sys.exit(f"Broken: {bad}")
    except (ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        sys.exit(f"Broken: the bundle is damaged ({type(error).__name__})")
    if not options.key:
        print("No --key was given: the bundle agrees with itself, and that is all.", file=sys.stderr)


if __name__ == "__main__":
    main()
