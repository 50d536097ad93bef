"""Pictures and pages in memory: cleaned of what made them wrote into them, drawn with a watermark to be looked at.

One at a time in each process: pictures are large in memory, and PDFium knows no threads.
"""

import io
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import pypdfium2
import pypdfium2.raw as pdfium
from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont, ImageOps

from cases.files.inside import without_traces
from cases.files.kinds import PICTURES, FileType

# A telephone's largest picture; a flood of pixels in a small file is refused before it is unpacked.
MOST_PIXELS = 55_000_000
# What is cleaned or drawn is in memory as a whole.
MOST_BYTES = 40 * 1024 * 1024
WIDTH = 1400
MOST_PAGES = 400

_ONE_AT_A_TIME = threading.Lock()
_FORMATS = {FileType.JPEG: "JPEG", FileType.PNG: "PNG", FileType.WEBP: "WEBP"}
FONT = "fonts/noto-sans-latin-wght-normal.woff2"
_FONT_HAS = re.compile("[ -~¡-¬®-ÿŒœ–—‘’“”]").match
_GREY = (60, 60, 60, 130)
# Pillow's own limit warns from half of what it refuses; ours is asked before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


class Unreadable(Exception):
    """What is in this file is not what it seems, or too much to be drawn."""


def cleaned(kind: FileType, content: bytes) -> bytes:
    """Give a picture made anew from its pixels, or a PDF from its pages: no place, no device, no author, no thumbnail.

    What stands on a page of a PDF stays: notes put on it and fields filled in become part of it, without who did so.
    Raises Unreadable.
    """
    with _drawing():
        if kind == FileType.PDF:
            return without_traces(_pages_alone(content))
        picture = _read(kind, content)
        # Turned as the camera said, before that is forgotten.
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data and kind != FileType.JPEG else "RGB")
        anew = Image.new(picture.mode, picture.size)
        anew.paste(picture)
        return _written(anew, _FORMATS[kind])


def _pages_alone(content: bytes) -> bytes:
    """The pages of a PDF in a document of its own: without title, author, program, attachments, scripts."""
    with _pdf(content) as document:
        for page in document:
            if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_FAIL:
                raise Unreadable
            page.close()
        anew = pypdfium2.PdfDocument.new()
        try:
            anew.import_pages(document)
            made = io.BytesIO()
            anew.save(made)
        finally:
            anew.close()
    return made.getvalue()


def page_count(kind: FileType, content: bytes) -> int:
    """How many pages there are to look at. Raises Unreadable."""
    if kind in PICTURES:
        return 1
    with _drawing(), _pdf(content) as document:
        return min(len(document), MOST_PAGES)


def preview(kind: FileType, content: bytes, page: int, marks: str) -> bytes:
    """Draw one page (from 1) as a JPEG that says all over it who looks, when, and at which case. Raises Unreadable."""
    with _drawing():
        if kind in PICTURES:
            picture = _read(kind, content)
            picture.thumbnail((WIDTH, WIDTH * 4))
            picture = _on_white(picture)
        else:
            picture = _drawn(content, page)
        return _written(_marked(picture, marks), "JPEG")


@contextmanager
def _drawing() -> Iterator[None]:
    with _ONE_AT_A_TIME:
        try:
            yield
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            MemoryError,
            pypdfium2.PdfiumError,
            Image.DecompressionBombError,
        ):
            raise Unreadable from None


def _read(kind: FileType, content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=[_FORMATS[kind]])
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable
    picture.load()
    return picture


@contextmanager
def _pdf(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        # What was filled in is drawn too.
        document.init_forms()
        yield document
    finally:
        document.close()


def _drawn(content: bytes, number: int) -> Image.Image:
    with _pdf(content) as document:
        if not 1 <= number <= min(len(document), MOST_PAGES):
            raise Unreadable
        page = document[number - 1]
        width, height = page.get_size()
        if min(width, height) < 1 or max(width, height) / min(width, height) > 20:
            raise Unreadable
        return page.render(scale=WIDTH / max(width, height / 3)).to_pil().convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    above = picture.convert("RGBA")
    under = Image.new("RGBA", above.size, "white")
    under.alpha_composite(above)
    return under.convert("RGB")


def _marked(picture: Image.Image, marks: str) -> Image.Image:
    """Write the marks across the picture, again and again, so that no part of it goes without them."""
    marks = _drawable(marks)
    veil = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(veil), site_font(max(14, picture.width // 50))
    _left, _top, right, bottom = font.getbbox(marks)
    step_across, step_down = int(right) + 60, int(bottom) * 5
    for row, top in enumerate(range(10, picture.height + step_down, step_down)):
        for left in range(-(row % 2) * step_across // 2, picture.width, step_across):
            # Readable on what is dark and on what is bright.
            pen.text((left + 1, top + 1), marks, fill=(255, 255, 255, 130), font=font)
            pen.text((left, top), marks, fill=_GREY, font=font)
    return Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB")


def _drawable(marks: str) -> str:
    """What the font has, French among it; another letter loses its accent, rather than become a box."""
    composed = unicodedata.normalize("NFC", marks)
    told = (each if _FONT_HAS(each) else _without_accent(each) for each in composed)
    return " ".join("".join(filter(_FONT_HAS, "".join(told))).split())


def _without_accent(letter: str) -> str:
    """Ż and Ł alike: what the letter is called before “with”."""
    base, _with, accent = unicodedata.name(letter, "").partition(" WITH ")
    try:
        return unicodedata.lookup(base) if accent else unicodedata.normalize("NFKD", letter)
    except KeyError:
        return ""


@lru_cache(maxsize=8)
def site_font(size: int) -> ImageFont.FreeTypeFont:
    """The site's own font, as the pages have it."""
    return ImageFont.truetype(str(finders.find(FONT)), size)


def _written(picture: Image.Image, form: str) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, **({} if form == "PNG" else {"quality": 90}))
    return made.getvalue()
