"""Files in the browser: sent with progress or without scripts, looked at, refused, taken out of the house or away."""

from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Act, Case, Channel, Custody, File, Interpreter
from cellule.vault.files import discard
from cellule.vault.models import FileKey
from tests.cases.pictures import jpeg, pdf
from tests.journeys.test_every_page import BOTH, look_everywhere
from tests.people import acting

LONG = "Bail-de-la-chambre-que-le-patron-loue-à-la-personne-et-à-quatre-autres-mai-2026.pdf"


@pytest.fixture
def case(transactional_db) -> Case:
    return Case.open_inquiry(by=acting("claire"), row_id=uuid4(), channel=Channel.PHONE, interpreter=Interpreter.YES)


def _address(case: Case, name: str, *more: object) -> str:
    return reverse(f"cases:{name}", args=[case.reference, *more])


def _chosen(person, *files: tuple[str, bytes]) -> None:
    told = [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    person.page.set_input_files("input[type=file]", told)


@BOTH
def test_files_are_sent_looked_at_and_taken_away(arrives, case):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(_address(case, "files"))
    look_everywhere(claire)
    claire.follows("Add files")
    claire.is_at(_address(case, "new_files"))
    look_everywhere(claire)

    _chosen(claire, (LONG, pdf(3)), ("photo.jpg", jpeg()))
    claire.presses("Add the files")

    claire.is_at(_address(case, "files"))
    look_everywhere(claire)
    assert File.objects.count() == 2
    claire.page.get_by_role("link", name=LONG).click()
    expect(claire.page.locator("img.app-file-page")).to_have_js_property("complete", True)
    assert claire.page.locator("img.app-file-page").evaluate("each => each.naturalWidth") > 500
    look_everywhere(claire)
    claire.follows("Next page")
    claire.reads("2")
    claire.presses("Print")
    claire.reads_the_heading("Print a file")
    look_everywhere(claire)
    expect(claire.page.locator("img.app-file-page")).to_have_count(3)

    claire.goes_to(_address(case, "files"))
    claire.page.get_by_role("link", name=LONG).click()
    with claire.page.expect_download() as download:
        claire.presses("Download")
    assert download.value.suggested_filename == LONG
    claire.follows("Take this file away for good")
    look_everywhere(claire)
    claire.types(why="Il appartient à un autre dossier.")
    claire.presses("Take it away for good")
    claire.is_at(_address(case, "files"))
    claire.follows("A file that was taken away")
    claire.reads("Il appartient à un autre dossier.")
    look_everywhere(claire)


@BOTH
def test_a_refused_file_says_why_and_the_others_are_kept(arrives, case):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(_address(case, "new_files"))
    claire.presses("Add the files")
    expect(claire.page.locator("[data-upload-none]")).to_have_text(claire.words("Choose at least one file."))

    _chosen(claire, ("note.txt", b"Ce qu'elle a dit."), ("programme.exe", b"MZ\x00"))
    # The button lets through one press a second.
    claire.page.locator("form[data-upload]").evaluate("form => form.requestSubmit()")

    lines = claire.page.locator("[data-uploads] li")
    expect(lines.nth(1)).to_contain_text(
        claire.words("This kind of file is not taken. Send pictures as JPEG, papers as PDF.")
    )
    expect(lines.nth(0)).to_contain_text(claire.words("Added"))
    look_everywhere(claire)
    assert File.objects.count() == 1
    claire.follows("See the files of the case")
    claire.is_at(_address(case, "files"))


@BOTH
def test_a_broken_file_is_told_on_its_page_and_its_case(arrives, case):
    claire = arrives("claire")
    claire.signs_in()
    claire.goes_to(_address(case, "new_files"))
    _chosen(claire, ("bail.pdf", pdf(1)))
    claire.presses("Add the files")
    claire.is_at(_address(case, "files"))
    discard(FileKey.objects.get().blob)

    claire.page.get_by_role("link", name="bail.pdf").click()

    expect(claire.page.locator("main .govuk-warning-text")).to_be_visible()
    look_everywhere(claire)
    claire.goes_to(_address(case, "case"))
    claire.reads(claire.words("A file of this case is broken: it cannot be opened any more."))
    look_everywhere(claire)
    assert [row.file.is_broken for row in Custody.objects.all()].count(True) >= len([Act.RECEIVED, Act.BROKEN])
