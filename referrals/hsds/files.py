"""Opening a file of a directory: JSON, or an error that says where it ends to be."""

from pathlib import Path

import orjson
from django.utils.translation import gettext as _

from referrals.hsds.records import Directory, read_directory


class NotReadable(Exception):
    """There is no such file, or it is no JSON; the text says which."""


def read_file(path: Path) -> Directory:
    """Read a directory from a JSON file. Raises NotReadable."""
    try:
        written = path.read_bytes()
    except OSError as error:
        raise NotReadable(_("This file cannot be read: %(reason)s.") % {"reason": error.strerror}) from None
    try:
        return read_directory(orjson.loads(written.removeprefix(b"\xef\xbb\xbf")))
    except orjson.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        raise NotReadable(_("This is no JSON: see line %(line)d, column %(column)d.") % at) from None
