"""Files of a case through the pages: sent, seen, printed, downloaded, taken away, broken."""

import io
import uuid

import obstore
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.models import Act, Custody, File
from cellule.vault.files import store
from cellule.vault.models import FileKey
from tests.cases.pictures import GPS, jpeg, pdf
from tests.people import signed_in


@pytest.fixture
def address(case) -> str:
    return f"/dossiers/{case.code}/documents/"


def send_files(client, address: str, *files: tuple[str, bytes], **told):
    page = client.get(f"{address}nouveaux/")
    named = [SimpleUploadedFile(name, content) for name, content in files]
    sent = {"once": page.context["form"]["once"].value(), "files": named, "is_whole": "True"}
    return client.post(f"{address}nouveaux/", sent | told)


def download(client, address: str) -> bytes:
    return b"".join(client.post(address).streaming_content)


def blobs() -> set[uuid.UUID]:
    return {uuid.UUID(each["path"]) for batch in obstore.list(store()) for each in batch}


@pytest.fixture
def new_blobs():
    """The blobs that came into the store since the test began."""
    before = blobs()
    return lambda: blobs() - before


def test_a_sent_file_lies_sealed_and_comes_back_as_it_was(as_, address, new_blobs):
    client, content = as_("claire"), "MARKER : ce qu’elle a dit. ".encode() * 5000

    sent = send_files(client, address, ("Récit de mai.txt", content))

    file = File.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, address)
    assert new_blobs() == set(FileKey.objects.values_list("blob", flat=True))
    assert [b"MARKER" in obstore.get(store(), str(blob)).bytes().to_bytes() for blob in new_blobs()] == [False]
    taken = client.post(f"{address}{file.pk}/telecharger/")
    assert (taken.status_code, b"".join(taken.streaming_content)) == (200, content)
    assert taken["Content-Disposition"] == "attachment; filename*=utf-8''R%C3%A9cit%20de%20mai.txt"
    assert "sandbox" in taken["Content-Security-Policy"]
    assert "Récit de mai.txt" in client.get(address).text


def test_a_picture_loses_what_the_camera_wrote(as_, address, new_blobs):
    client, content = as_("claire"), jpeg()
    assert GPS.encode() in content

    send_files(client, address, ("photo.jpg", content))

    file = File.objects.get()
    taken = download(client, f"{address}{file.pk}/telecharger/")
    assert GPS.encode() not in taken
    with Image.open(io.BytesIO(taken)) as picture:
        assert (picture.size, dict(picture.getexif()), picture.info.get("comment")) == ((480, 640), {}, None)
    assert len(new_blobs()) == 1


def test_evidence_keeps_the_original_beside_the_copy(as_, address, new_blobs):
    client, content = as_("claire"), jpeg()

    send_files(client, address, ("photo.jpg", content), is_evidence="on")

    file = File.objects.get()
    assert len(new_blobs()) == 2
    original = client.post(f"{address}{file.pk}/telecharger/", {"which": "original"})
    assert b"".join(original.streaming_content) == content
    copy = download(client, f"{address}{file.pk}/telecharger/")
    assert (copy == content, GPS.encode() in copy) == (False, False)


def test_a_file_is_looked_at_page_by_page_and_each_look_is_written_down(as_, address, logged):
    client = as_("claire")
    send_files(client, address, ("bail.pdf", pdf(3)))
    file = File.objects.get()
    logged()

    page = client.get(f"{address}{file.pk}/", {"page": "2"})
    picture = client.get(f"{address}{file.pk}/apercu/2/")

    assert f"{address}{file.pk}/apercu/2/" in page.text
    assert (picture.status_code, picture["Content-Type"], picture["Cache-Control"]) == (200, "image/jpeg", "no-store")
    with Image.open(io.BytesIO(picture.content)) as drawn:
        # An empty page is white; only the marks are not.
        assert drawn.convert("L").getextrema()[0] < 200
    reference = file.case.reference
    assert logged() == [
        ("cases.file_opened", "cases.case", reference, "assigned", "done"),
        ("cases.file_viewed", "cases.case", reference, "assigned", "done"),
    ]
    told = client.get(f"{address}{file.pk}/").context["custody"]
    assert [(str(act.what), act.by, act.pages) for act in told] == [
        (Act.VIEWED.label, "Claire Exemple", (2,)),
        (Act.RECEIVED.label, "Claire Exemple", ()),
    ]
    assert client.get(f"{address}{file.pk}/apercu/4/").status_code == 404


def test_printing_and_downloading_are_acts_of_their_own(as_, address, logged):
    client = as_("claire")
    send_files(client, address, ("bail.pdf", pdf(2)))
    file = File.objects.get()
    logged()

    printed = client.post(f"{address}{file.pk}/imprimer/")
    download(client, f"{address}{file.pk}/telecharger/")

    assert [f"{address}{file.pk}/apercu/{page}/" in printed.text for page in (1, 2, 3)] == [True, True, False]
    assert [entry[0] for entry in logged()] == ["cases.file_printed", "cases.file_downloaded"]
    assert Custody.objects.filter(file=file).count() == 3


def test_a_file_is_sent_once_however_often_it_comes(as_, address, new_blobs):
    client = as_("claire")
    once, content = client.get(f"{address}nouveaux/").context["form"]["once"].value(), pdf(1)

    for _time in range(2):
        paper = SimpleUploadedFile("bail.pdf", content)
        assert (
            client.post(f"{address}nouveaux/", {"once": once, "files": [paper], "is_whole": "True"}).status_code == 302
        )

    assert (File.objects.count(), len(new_blobs())) == (1, 1)


def test_what_is_not_taken_is_named_and_the_rest_is_kept(as_, address, new_blobs):
    client = as_("claire")
    page = b"<html><script>alert(1)</script>"

    sent = send_files(
        client,
        address,
        ("bail.pdf", pdf(1)),
        ("photo.jpg", page),
        ("vide.txt", b""),
        ("faux.png", b"\x89PNG\r\n\x1a\n rien"),
    )

    assert sent.status_code == 422
    assert [error.partition(":")[0] for error in sent.context["form"].errors["files"]] == [
        "photo.jpg",
        "vide.txt",
        "faux.png",
    ]
    assert (File.objects.count(), len(new_blobs()), sent.context["some_were_kept"]) == (1, 1, True)


def test_a_script_gets_a_short_answer(as_, address):
    client = as_("claire")
    once = client.get(f"{address}nouveaux/").context["form"]["once"].value()

    def answer(name: str, content: bytes):
        fields = {"once": once, "files": [SimpleUploadedFile(name, content)], "is_whole": "True"}
        return client.post(f"{address}nouveaux/", fields, headers={"accept": "application/json"})

    taken, refused = answer("note.txt", b"Ce qu'elle a dit."), answer("note.exe", b"MZ\x00\x01")

    assert (taken.status_code, taken.json()) == (200, {"problems": []})
    assert (refused.status_code, len(refused.json()["problems"])) == (200, 1)


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(as_, address, settings, new_blobs):
    settings.FILE_SIZE_LIMIT = 200_000
    client = as_("claire")

    sent = send_files(client, address, ("long.txt", b"a" * 200_001), ("court.txt", b"a" * 200_000))

    assert (sent.status_code, [file.case.files.count() for file in File.objects.all()], len(new_blobs())) == (
        422,
        [1],
        1,
    )


@pytest.mark.parametrize("fault", ["cut", "altered", "lost"])
def test_a_broken_file_is_refused_and_the_case_says_so(as_, address, new_blobs, fault):
    client = as_("claire")
    send_files(client, address, ("bail.pdf", pdf(1)))
    file, (blob,) = File.objects.get(), new_blobs()
    download(client, f"{address}{file.pk}/telecharger/")
    before = client.get(address.replace("documents/", "")).text
    _break(str(blob), fault)

    taken = client.post(f"{address}{file.pk}/telecharger/")

    assert (taken.status_code, taken["Location"]) == (302, f"{address}{file.pk}/")
    assert client.get(f"{address}{file.pk}/apercu/1/").status_code == 404
    file.refresh_from_db()
    assert file.is_broken
    warning = 'class="govuk-warning-text"'
    case_page = client.get(address.replace("documents/", "")).text
    assert [before.count(warning) + 1, 1] == [
        case_page.count(warning),
        client.get(taken["Location"]).text.count(warning),
    ]


def _break(blob: str, fault: str) -> None:
    content = obstore.get(store(), blob).bytes().to_bytes()
    obstore.delete(store(), blob)
    if fault == "cut":
        obstore.put(store(), blob, content[:-1])
    if fault == "altered":
        obstore.put(store(), blob, content[:100] + bytes([content[100] ^ 1]) + content[101:])


def test_a_file_that_is_taken_away_has_no_key_and_its_name_is_gone(as_, address, logged):
    client = as_("claire")
    send_files(client, address, ("mauvais bail.pdf", pdf(1)))
    file = File.objects.get()
    download(client, f"{address}{file.pk}/telecharger/")
    asked = client.get(f"{address}{file.pk}/retirer/").context["form"]
    logged()

    done = client.post(f"{address}{file.pk}/retirer/", {"version": asked["version"].value(), "why": "Autre dossier."})

    assert (done.status_code, FileKey.objects.filter(file=file.pk).count()) == (302, 0)
    assert [entry[0] for entry in logged()] == ["cases.file_opened", "cases.file_taken_away"]
    page = client.get(f"{address}{file.pk}/")
    assert ("mauvais bail" in page.text, "Autre dossier." in page.text) == (False, True)
    assert client.post(f"{address}{file.pk}/telecharger/").status_code == 302
    assert client.get(f"{address}{file.pk}/retirer/").status_code == 404


@pytest.mark.parametrize("person", ["joaquin", "ana", "paule"])
def test_who_does_not_work_on_the_case_gets_nothing(as_, address, person, new_blobs):
    send_files(as_("claire"), address, ("bail.pdf", pdf(1)))
    file, client, kept = File.objects.get(), as_(person), new_blobs()

    answers = [client.get(f"{address}{below}").status_code for below in ("", f"{file.pk}/", f"{file.pk}/apercu/1/")]
    answers += [client.post(f"{address}{file.pk}/{act}/").status_code for act in ("telecharger", "imprimer", "retirer")]
    paper = SimpleUploadedFile("bail.pdf", b"%PDF-1.7 ...")
    answers.append(client.post(f"{address}nouveaux/", {"files": [paper]}).status_code)

    refusal = {"joaquin": 404, "ana": 404}.get(person, 403)
    assert set(answers) == {refusal}
    assert new_blobs() == kept


def test_a_file_of_another_case_does_not_open_under_this_one(as_, address, caseworker, open_inquiry):
    send_files(as_("claire"), address, ("bail.pdf", pdf(1)))
    file, other = File.objects.get(), open_inquiry(caseworker)
    client = as_("claire")

    assert client.get(f"{address}{file.pk}/").status_code == 200
    assert client.get(f"/dossiers/{other.code}/documents/{file.pk}/").status_code == 404


def test_a_forged_form_leaves_nothing(address, new_blobs):
    client = signed_in("claire", enforce_csrf_checks=False)
    once = client.get(f"{address}nouveaux/").context["form"]["once"].value()
    client.handler.enforce_csrf_checks = True

    def send(**more):
        fields = {"once": once, "files": [SimpleUploadedFile("bail.pdf", pdf(1))], "is_whole": "True", **more}
        return client.post(f"{address}nouveaux/", fields).status_code

    assert (send(), File.objects.count(), new_blobs()) == (403, 0, set())
    token = client.get(f"{address}nouveaux/").context["csrf_token"]
    assert (send(csrfmiddlewaretoken=str(token)), File.objects.count(), len(new_blobs())) == (302, 1, 1)


def test_a_locked_session_takes_no_file(as_, address, new_blobs):
    client = as_("claire")
    once = client.get(f"{address}nouveaux/").context["form"]["once"].value()
    client.post("/verrou/")

    fields = {"once": once, "files": [SimpleUploadedFile("a.txt", b"MARKER")], "is_whole": "True"}
    sent = client.post(f"{address}nouveaux/", fields)

    assert (sent.status_code, sent["Location"].partition("?")[0], new_blobs()) == (302, "/verrou/", set())


def test_a_text_file_that_is_not_to_be_shown_says_so(as_, address):
    client = as_("claire")
    send_files(client, address, ("note\u202egpj.txt", "Ce qu'elle a dit, இங்கே.".encode()))
    file = File.objects.get()

    page = client.get(f"{address}{file.pk}/")

    assert (page.context["pages"], "notegpj.txt" in page.text) == (0, True)
    assert client.post(f"{address}{file.pk}/imprimer/").status_code == 302
    assert client.get(f"{address}{file.pk}/apercu/1/").status_code == 404


def test_what_arrived_without_its_end_is_not_kept(as_, address, new_blobs):
    sent = send_files(as_("claire"), address, ("note.txt", b"Ce qu'elle a dit."), is_whole="")

    assert (sent.status_code, list(sent.context["form"].errors), File.objects.count(), new_blobs()) == (
        422,
        ["is_whole"],
        0,
        set(),
    )


def test_a_pdf_that_cannot_be_made_anew_is_kept_as_evidence_only(as_, address, new_blobs):
    client, content = as_("claire"), b"%PDF-1.7 locked"

    refused = send_files(client, address, ("banque.pdf", content))
    before = File.objects.count()
    taken = send_files(client, address, ("banque.pdf", content), is_evidence="on")

    assert (refused.status_code, before, taken.status_code, len(new_blobs())) == (422, 0, 302, 1)
    page = client.get(f"{address}{File.objects.get().pk}/")
    assert (page.context["pages"], page.context["sheet"].tells_more) == (0, True)
    assert download(client, f"{address}{File.objects.get().pk}/telecharger/") == content


def test_a_very_large_pdf_is_kept_as_evidence_only(as_, address, monkeypatch):
    monkeypatch.setattr("cases.files.received.MOST_BYTES", 500)
    client, content = as_("claire"), pdf(3)

    refused = send_files(client, address, ("grand.pdf", content))
    taken = send_files(client, address, ("grand.pdf", content), is_evidence="on")

    assert (len(content) > 500, refused.status_code, taken.status_code, File.objects.count()) == (True, 422, 302, 1)
