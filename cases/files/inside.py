"""What lies hidden inside a PDF beside its pages: in its pictures what a camera wrote, and packets of metadata.

Pages that are taken over into a new document bring their streams along as they are. What such a place says is written
over with as many blanks, so that nothing in the document moves.
"""

import re
from collections.abc import Iterator

# Of a JPEG (ITU-T T.81, annex B): after its beginning come segments, each with a marker and its length, up to the scan.
_BEGINS = b"\xff\xd8"
_SCAN, _QUANTIZATION, _COMMENT = 0xDA, 0xDB, 0xFE
_FRAMES = {0xC0, 0xC1, 0xC2}
# What tells how the picture is to be read: JFIF, the colour profile, Adobe's colours.
_NEEDED = {0xE0, 0xE2, 0xEE}
_TELLING = {*range(0xE0, 0xF0), _COMMENT} - _NEEDED
# Metadata of a page or of a picture, outside of a JPEG (XMP, ISO 16684-1).
_PACKET = re.compile(rb"<\?xpacket begin=.*?<\?xpacket end=[^>]*\?>", re.DOTALL)


def without_traces(document: bytes) -> bytes:
    """Give a PDF whose JPEG pictures and uncompressed packets of metadata say nothing; its length stays."""
    blank = bytearray(document)
    for first, end in _segments(document):
        blank[first:end] = bytes(end - first)
    for found in _PACKET.finditer(document):
        blank[found.start() : found.end()] = b" " * len(found[0])
    return bytes(blank)


def _segments(document: bytes) -> Iterator[tuple[int, int]]:
    """Where the JPEG pictures in it tell what is not the picture."""
    place = document.find(_BEGINS)
    while place >= 0:
        segments = list(_segments_of(document, place + len(_BEGINS)))
        markers = {marker for marker, _first, _end in segments}
        # Two bytes begin a picture by chance too; what goes on as one down to its scan is one.
        if _SCAN in markers and _QUANTIZATION in markers and markers & _FRAMES:
            yield from ((first, end) for marker, first, end in segments if marker in _TELLING)
        place = document.find(_BEGINS, place + 1)


def _segments_of(document: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """The segments from one place on: marker, and from where to where it tells something."""
    while document[place : place + 1] == b"\xff" and place + 4 <= len(document):
        marker, length = document[place + 1], int.from_bytes(document[place + 2 : place + 4])
        end = place + 2 + length
        if length < 2 or end > len(document):
            return
        yield marker, place + 4, end
        if marker == _SCAN:
            return
        place = end
