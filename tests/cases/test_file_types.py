"""Types are told by what is in a file, pictures lose what they carry, and names hide nothing."""

import io

import pytest
from PIL import Image

from cases.files.kinds import FileType, name_for, type_of
from cases.files.pictures import MOST_PIXELS, Unreadable, cleaned, page_count, preview
from cases.files.received import plain_name
from tests.cases.pictures import GPS, jpeg, pdf, png


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (jpeg()[:64], FileType.JPEG),
        (png()[:64], FileType.PNG),
        (pdf()[:64], FileType.PDF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", FileType.WEBP),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", FileType.WAV),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", FileType.MP4),
        (b"ID3\x04\x00", FileType.MP3),
        (b"OggS\x00", FileType.OGG),
        ("Ce qu’elle a dit, இங்கே.".encode(), FileType.TEXT),
        ("é".encode() * 10 + b"\xc3", FileType.TEXT),
        (b"\x00\x00\x00\x20ftypheic\x00\x00", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
        (b"<html>", None),
        (b" \n<svg onload=x>", None),
        (b"#!/bin/sh", None),
        (b"\xd0\xcf\x11\xe0", None),
        (b"caf\xe9 au lait", None),
        (b"", None),
    ],
)
def test_a_type_is_told_by_the_first_bytes(head, kind):
    assert type_of(head) == kind


@pytest.mark.parametrize(
    ("kind", "name", "given"),
    [
        (FileType.JPEG, "photo.JPG", "photo.JPG"),
        (FileType.JPEG, "photo.html", "photo.html.jpg"),
        (FileType.PDF, "bail", "bail.pdf"),
        (FileType.OGG, "vocal.opus", "vocal.opus"),
    ],
)
def test_a_file_is_given_out_under_an_ending_of_its_type(kind, name, given):
    assert name_for(kind, name) == given


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("", "document"),
        ("\u202e\u200b", "document"),
        ("a\x00b.txt", "ab.txt"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_a_name_holds_nothing_that_nobody_sees(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(("kind", "content"), [(FileType.JPEG, jpeg()), (FileType.PNG, png())])
def test_a_picture_is_made_anew_from_its_pixels(kind, content):
    made = cleaned(kind, content)

    assert (GPS.encode() in content, GPS.encode() in made) == (True, False)
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format.lower(), dict(picture.getexif())) == (kind, {})


def test_what_hides_behind_a_picture_is_gone():
    content = jpeg() + b"<script>alert(1)</script>"

    assert b"<script>" not in cleaned(FileType.JPEG, content)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + b"x" * 100, png()[:-200], b""])
def test_a_picture_that_cannot_be_read_is_refused(content):
    with pytest.raises(Unreadable):
        cleaned(FileType.PNG, content)


def test_a_flood_of_pixels_is_refused_before_it_is_unpacked():
    side = int(MOST_PIXELS**0.5) + 1
    made = io.BytesIO()
    Image.new("1", (side, side)).save(made, "PNG")
    assert len(made.getvalue()) < 100_000

    with pytest.raises(Unreadable):
        cleaned(FileType.PNG, made.getvalue())


def test_each_page_is_drawn_with_its_marks():
    content = pdf(2)

    marked, other = (preview(FileType.PDF, content, 1, marks) for marks in ("Claire · 7QK2-M9XD", "Ana · 7QK2-M9XD"))

    assert page_count(FileType.PDF, content) == 2
    assert marked != other
    for page in (0, 3):
        with pytest.raises(Unreadable):
            preview(FileType.PDF, content, page, "Claire")


@pytest.mark.parametrize(
    ("marks", "alike", "is_alike"),
    [
        ("Éléonore Gagné-Œuvrard", "Eleonore Gagne-Oeuvrard", False),
        ("Łukasz Żak ∑", "Lukasz Zak", True),
        ("كلير Claire", "Claire", True),
        ("Joaquín", "Joaquín Système", False),
    ],
)
def test_marks_keep_the_accents_of_french_and_hold_no_boxes(marks, alike, is_alike):
    content = pdf(1)

    drawn, other = (preview(FileType.PDF, content, 1, each) for each in (marks, alike))

    assert (drawn == other) == is_alike


def test_a_preview_says_nothing_but_its_pixels():
    for kind, content in ((FileType.JPEG, jpeg()), (FileType.PDF, pdf(1))):
        with Image.open(io.BytesIO(preview(kind, content, 1, "Claire"))) as picture:
            assert (dict(picture.getexif()), set(picture.info)) == (
                {},
                {"jfif", "jfif_version", "jfif_unit", "jfif_density"},
            )
