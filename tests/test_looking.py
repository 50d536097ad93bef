"""The search of the dump test finds what it looks for, however it was written."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.looking import found_in

SECRET = "MARQUÉ-SECRET"


@pytest.mark.parametrize("secret", ["MARQUÉ-SECRET et plus", b"\x00\xff\x10 key of thirty-two bytes \xfb\xef\xbe"])
@pytest.mark.parametrize(
    "written",
    [
        lambda data: b"before" + data + b"after",
        lambda data: data.hex().encode(),
        lambda data: b"\\x" + data.hex().upper().encode(),
        lambda data: base64.b64encode(data),
        lambda data: base64.b64encode(b"x" + data + b"yz"),
        lambda data: base64.b64encode(b"xy" + data),
        lambda data: base64.urlsafe_b64encode(b"xyz" + data + b"."),
    ],
)
def test_search_finds_what_was_written_in_any_form(secret, written):
    data = secret if isinstance(secret, bytes) else secret.encode()

    assert found_in(written(data), {"it": secret}) == {"it"}
    assert found_in(written(bytes(reversed(data))), {"it": secret}) == set()


@pytest.mark.parametrize(
    "encode", [lambda s: s.encode("utf-16-le"), lambda s: json.dumps([s]).encode(), lambda s: quote(s).encode()]
)
def test_search_finds_words_in_any_encoding(encode):
    assert found_in(encode(f"avant {SECRET} après"), {"it": SECRET}) == {"it"}
