"""Invented papers and pictures, drawn here: a PDF of a few pages, a photograph of nothing."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from cases.files.pictures import site_font

# A sheet of letter paper at 100 dots per inch.
_SHEET, _MARGIN, _LINE = (850, 1100), 90, 34


def paper(*pages: Sequence[str]) -> bytes:
    """A PDF with these lines on its pages."""
    sheets = [_sheet(lines) for lines in pages]
    made = io.BytesIO()
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:], resolution=100)
    return made.getvalue()


def photograph(words: str) -> bytes:
    """A JPEG of a wall, with words on a note that hangs there."""
    wall = Image.radial_gradient("L").resize((1200, 900)).convert("RGB")
    pen = ImageDraw.Draw(wall)
    pen.rectangle((250, 300, 950, 600), fill=(250, 245, 215))
    pen.text((290, 420), words, fill=(30, 30, 60), font=site_font(40))
    made = io.BytesIO()
    wall.save(made, "JPEG", quality=85)
    return made.getvalue()


def _sheet(lines: Sequence[str]) -> Image.Image:
    sheet = Image.new("RGB", _SHEET, "white")
    pen, font = ImageDraw.Draw(sheet), site_font(24)
    for number, line in enumerate(lines):
        pen.text((_MARGIN, _MARGIN + number * _LINE), line, fill="black", font=font)
    return sheet
