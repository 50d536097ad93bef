"""Files as people send them, made here: pictures with what a camera writes, papers, sounds, words."""

import io

import pypdfium2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

GPS = "GPS-45.5017-73.5673"


def jpeg(*, size: tuple[int, int] = (640, 480), says: str = GPS) -> bytes:
    """A picture with a place, a device and a comment in it, and turned by the camera."""
    picture = Image.effect_noise(size, 60).convert("RGB")
    told = Image.Exif()
    told[0x010F] = says
    told[0x0112] = 6
    told.get_ifd(0x8825)[29] = says
    made = io.BytesIO()
    picture.save(made, "JPEG", exif=told, comment=says.encode(), quality=90)
    return made.getvalue()


def png(*, says: str = GPS) -> bytes:
    told = PngInfo()
    told.add_text("Comment", says)
    made = io.BytesIO()
    Image.new("RGBA", (300, 200), (200, 30, 30, 120)).save(made, "PNG", pnginfo=told)
    return made.getvalue()


def pdf(pages: int = 3) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _number in range(pages):
        document.new_page(595, 842)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
