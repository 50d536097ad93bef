"""Looking for secrets in what a thief could carry away, in every encoding that code might have used."""

import base64
import json
import sys
from collections.abc import Iterable
from urllib.parse import quote

SHORTEST = 8
STRETCH = 4096


def forms_of(secret: bytes | str) -> list[bytes]:
    """The bytes that a secret would be in, whatever wrote it: as it is, UTF-16, hex, base64, JSON, an address."""
    if isinstance(secret, bytes):
        return [secret, secret.hex().encode(), *_base64(secret)]
    plain = secret.encode()
    forms = [plain, secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("latin-1", "replace")]
    forms += [plain.hex().encode(), *_base64(plain), *_base64(secret.encode("utf-16-le"))]
    forms += [json.dumps(secret)[1:-1].encode(), quote(secret).encode(), quote(secret).replace("%20", "+").encode()]
    return list(dict.fromkeys(forms))


def _base64(data: bytes) -> list[bytes]:
    """The characters that only these bytes give, for each of the three places they may begin at."""
    found = []
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + data)
        found.append(encoded[skipped : (before + len(data)) // 3 * 4])
    return found


def found_in(haystack: bytes, secrets: dict[str, bytes | str]) -> set[str]:
    """The names of the secrets that lie in these bytes in some form."""
    forms = {form: name for name, secret in secrets.items() for form in forms_of(secret) if len(form) >= SHORTEST}
    # Hex in either case, base64 in either alphabet.
    haystacks = (haystack, haystack.lower(), haystack.translate(bytes.maketrans(b"-_", b"+/")))
    return {forms[form] for straw in haystacks for form in _likely(straw, forms) if form in straw}


def _likely(haystack: bytes, forms: Iterable[bytes]) -> set[bytes]:
    """The forms of which some eight bytes were seen: hundreds of them are looked for in one pass.

    Of every sixteen bytes the first eight are looked at, so nothing that is 23 bytes long can hide between; what is
    shorter is always likely.
    """
    pieces: dict[int, set[bytes]] = {}
    for form in forms:
        for place in range(len(form) - 7):
            pieces.setdefault(int.from_bytes(form[place : place + 8], sys.byteorder), set()).add(form)
    likely = {form for form in forms if len(form) < 23}
    if len(haystack) < 8:
        return likely
    # Hundreds of megabytes of a server: as numbers they are compared without a loop of ours, a stretch at a time.
    numbers = memoryview(haystack)[: len(haystack) // 8 * 8].cast("Q")[::2]
    for start in range(0, len(numbers), STRETCH):
        stretch = numbers[start : start + STRETCH]
        if not pieces.keys().isdisjoint(stretch):
            likely = likely.union(*(pieces[number] for number in stretch if number in pieces))
    return likely
