"""What a PDF says beside its pages is taken out: who made it, with what, where its pictures were taken."""

import io

import pypdfium2
import pytest
from PIL import Image

from cases.files.inside import without_traces
from cases.files.kinds import FileType
from cases.files.pictures import Unreadable, cleaned, page_count
from tests.cases.pictures import GPS, jpeg

XMP = b'<?xpacket begin="" id="x"?><x:xmpmeta>AUTHOR-IN-A-PACKET</x:xmpmeta><?xpacket end="w"?>'
BOX = b"0 g 0 0 100 100 re f  "


def written(*objects: bytes) -> bytes:
    """A PDF of these objects; the first one is its catalogue, and its author is told."""
    document, places = b"%PDF-1.7\n", []
    for number, told in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, told)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R/Info<</Author(AUTHOR-OF-ALL)>>>>\nstartxref\n%d\n%%%%EOF"
    size = len(objects) + 1
    return document + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end % (size, len(document))


def stream(told: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (told, len(content), content)


def a_form(picture: bytes) -> bytes:
    """One page: a field that was filled in, a note with its author, a picture as a telephone took it, a packet."""
    return written(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R 6 0 R]/Metadata 8 0 R/Contents 9 0 R"
        b"/Resources<</XObject<</I 7 0 R>>>>>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(X)/Rect[100 0 200 100]/F 4/AP<</N 5 0 R>>/P 3 0 R>>",
        stream(b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]", BOX),
        b"<</Type/Annot/Subtype/Square/T(AUTHOR-OF-A-NOTE)/Rect[100 100 200 200]/F 4/AP<</N 5 0 R>>/P 3 0 R>>",
        stream(
            b"/Type/XObject/Subtype/Image/Width 64/Height 48/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode",
            picture,
        ),
        stream(b"/Type/Metadata/Subtype/XML", XMP),
        stream(b"", b"100 0 0 100 0 0 cm /I Do"),
    )


def seen(document: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(document) as opened:
        opened.init_forms()
        return opened[0].render().to_pil().convert("L")


TRACES = [GPS.encode(), b"AUTHOR-OF-ALL", b"AUTHOR-OF-A-NOTE", b"AUTHOR-IN-A-PACKET", b"JavaScript"]


def test_a_pdf_keeps_what_stands_on_its_pages_and_loses_who_made_it():
    content = a_form(jpeg(size=(64, 48)))

    made = cleaned(FileType.PDF, content)

    assert [(trace in content, trace in made) for trace in TRACES] == [(True, False)] * len(TRACES)
    before, after = seen(content), seen(made)
    assert (before.tobytes(), after.getpixel((150, 150)), after.getpixel((150, 50))) == (after.tobytes(), 0, 0)
    assert after.crop((0, 100, 100, 200)).getextrema() != (255, 255)
    assert page_count(FileType.PDF, made) == 1


def test_a_picture_in_a_pdf_stays_the_same_to_the_pixel():
    content = jpeg()

    blank = without_traces(b"before " + content + b" after")

    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(blank[7:])) as after:
        assert (before.tobytes(), len(blank)) == (after.tobytes(), len(content) + 13)
    assert (GPS.encode() in content, GPS.encode() in blank) == (True, False)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe1\x00\x10 by chance the beginning of a picture",
        b"\xff\xd8" * 5,
        b"\xff\xd8\xff\xfe\xff\xff a length past the end",
        b"\xff\xd8\xff",
        b"<?xpacket begin without an end",
        b"",
    ],
)
def test_what_only_looks_like_a_picture_is_left_alone(content):
    assert without_traces(content) == content


@pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", b"%PDF-", a_form(jpeg())[:400]])
def test_a_pdf_that_cannot_be_read_is_refused(content):
    with pytest.raises(Unreadable):
        cleaned(FileType.PDF, content)
