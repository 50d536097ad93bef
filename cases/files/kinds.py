"""Which files are taken, told by what is in them and not by what they are called."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileType(models.TextChoices):
    """The allow-list: pictures, papers, recordings, and plain text."""

    JPEG = "jpeg", _("Picture (JPEG)")
    PNG = "png", _("Picture (PNG)")
    WEBP = "webp", _("Picture (WebP)")
    PDF = "pdf", _("PDF document")
    MP4 = "mp4", _("Video or recording (MP4)")
    MP3 = "mp3", _("Recording (MP3)")
    OGG = "ogg", _("Recording (Ogg)")
    WAV = "wav", _("Recording (WAV)")
    TEXT = "text", _("Plain text")


PICTURES = {FileType.JPEG, FileType.PNG, FileType.WEBP}
SHOWN = PICTURES | {FileType.PDF}
# The first ending is given to a file whose name has another one.
ENDINGS = {
    FileType.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    FileType.PNG: ("png",),
    FileType.WEBP: ("webp",),
    FileType.PDF: ("pdf",),
    FileType.MP4: ("mp4", "m4a", "m4v", "mov", "3gp"),
    FileType.MP3: ("mp3",),
    FileType.OGG: ("ogg", "oga", "opus", "ogv"),
    FileType.WAV: ("wav",),
    FileType.TEXT: ("txt",),
}
# Of videos and recordings in the MP4 family; pictures of telephones (HEIC) are of the same family and not taken.
_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"qt  ",
    b"3gp4",
    b"3gp5",
    b"3gp6",
}
_MP4_BRANDS |= {b"M4A ", b"M4V ", b"MSNV", b"dash"}
# A byte that begins a frame of sound, by the versions and layers of MPEG audio.
_MP3_FRAMES = {0xFB, 0xF3, 0xF2, 0xFA}
# What no text holds, but for line ends and tabs.
_CONTROLS = set(range(32)) - {9, 10, 12, 13, 27}


def type_of(head: bytes) -> FileType | None:
    """Tell the type of a file by its first bytes (4 KiB will do); None for what is not taken."""
    begins = {
        FileType.JPEG: head.startswith(b"\xff\xd8\xff"),
        FileType.PNG: head.startswith(b"\x89PNG\r\n\x1a\n"),
        FileType.WEBP: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
        FileType.PDF: head.startswith(b"%PDF-"),
        FileType.MP4: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS,
        FileType.MP3: head.startswith(b"ID3") or (head[:1] == b"\xff" and len(head) > 1 and head[1] in _MP3_FRAMES),
        FileType.OGG: head.startswith(b"OggS"),
        FileType.WAV: head.startswith(b"RIFF") and head[8:12] == b"WAVE",
        FileType.TEXT: _is_text(head),
    }
    return next((kind for kind, is_it in begins.items() if is_it), None)


def _is_text(head: bytes) -> bool:
    """Whether these are words in UTF-8, and not a page or a program in disguise."""
    if not head or _CONTROLS & set(head) or head.lstrip()[:1] == b"<" or head.startswith(b"#!"):
        return False
    try:
        # The last letter may be cut in its middle.
        head.decode("utf-8", errors="strict")
    except UnicodeDecodeError as fault:
        return len(head) - fault.start < 4 and fault.reason == "unexpected end of data"
    return True


def name_for(kind: FileType, name: str) -> str:
    """Give a name under which the file opens as what it is; without an ending that belongs to another type."""
    _stem, dot, ending = name.rpartition(".")
    if dot and ending.lower() in ENDINGS[kind]:
        return name
    return f"{name}.{ENDINGS[kind][0]}"
