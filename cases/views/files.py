"""Files of a case: the list, more of them, one with its preview, and taking it out of the house or away for good."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.log.actions import Action
from cases import actions, policies
from cases.doors import ReasonMissing, ask_for_files, files_stay_open, find_case, open_files
from cases.files import pictures
from cases.files.received import NotTaken, keep
from cases.files.shown import Sheet, custody_of, sheet_of, sheets_of
from cases.forms.files import FilesForm, TakeAwayForm
from cases.forms.reveal import StoryReasonForm
from cases.models import Act, Case, File
from cases.views.frame import form_page, while_open, writable
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import reseal
from cellule.steps import Stale
from cellule.vault.files import BrokenFile
from cellule.vault.unlocked import OpenedOwner
from cellule.vault.uploads import SealedUpload, Sealing

# What leaves as it came runs nowhere, whatever it pretends to be.
_HARMLESS = csp_override({"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE], "sandbox": True})


type View = Callable[..., HttpResponse]


def for_a_reason(view: View) -> View:
    """Let who supervises a case in for a reason that they gave: one who has given none is asked, and left there again.

    A page that was let in so leads back to the question when its time is over.
    """

    @wraps(view)
    def asking(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
        question = reverse("cases:reveal_files", args=[reference])
        try:
            response = view(request, reference, *args, **kwargs)
        except ReasonMissing:
            return redirect(question)
        left = getattr(request, "files_stay_open", None)
        return response if left is None else reseal(response, question, math.ceil(left.total_seconds()))

    return asking


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal_files(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask who supervises and does not work on the case why they look at its files."""
    case = find_case(request, reference)
    if policies.may_read(case, request.user):
        return redirect("cases:files", case.reference)
    form = bound(StoryReasonForm, request)
    if request.method == "POST" and form.is_valid():
        ask_for_files(request, case, **form.told_reason)
        return redirect("cases:files", case.reference)
    return form_page(request, "cases/files/ask_files.html", form, case=case)


@for_permission(Permission.WORK_CASES)
@require_safe
@for_a_reason
def files(request: HttpRequest, reference: str) -> HttpResponse:
    """Every file of the case by name, size and who brought it; in an emergency too, once a second person has agreed."""
    case = find_case(request, reference, in_emergency=True)
    sheets = sheets_of(case, _opened(request, case, actions.FILES_LISTED))
    context = {"case": case, "sheets": sheets, "may_write": policies.may_write(case, request.user)}
    return while_open(render(request, "cases/files/files.html", context), case)


# --- More of them -----------------------------------------------------------------------------------


@csrf_exempt
@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_files(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose files and send them; with scripts one by one and with progress.

    The check against forged forms reads the form, and so the files: it comes after who may send any is known, and after
    it is said how they are sealed.
    """
    case = writable(request, reference)
    request.upload_handlers = [Sealing(request, case.pk)]
    return _taken(request, case)


@csrf_protect
def _taken(request: HttpRequest, case: Case) -> HttpResponse:
    form = bound(FilesForm, request)
    by_script = request.headers.get("Accept") == "application/json"
    sent: list[SealedUpload] = []
    refused: list[NotTaken] = []
    if request.method == "POST" and form.is_valid():
        answers = {"row_id": form.row_id, "is_evidence": form.cleaned_data["is_evidence"]}
        sent = form.cleaned_data["files"]
        refused = keep(case, sent, by=request.acting, **answers)
        if not refused and not by_script:
            return redirect("cases:files", case.reference)
        for each in refused:
            form.add_error("files", format_html("{}: {}", each.name, each.why))
    if by_script and request.method == "POST":
        problems = [str(each.why) for each in refused] or [text for texts in form.errors.values() for text in texts]
        return JsonResponse({"problems": problems})
    context = {"case": case, "some_were_kept": 0 < len(refused) < len(sent)}
    return form_page(request, "cases/files/new_files.html", form, **context)


# --- One --------------------------------------------------------------------------------------------


@for_permission(Permission.WORK_CASES)
@require_safe
@for_a_reason
def file(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """What is known of a file, one page of it to look at, and who had it in hands."""
    case, row, opened, sheet = _found(request, reference, pk, actions.FILE_OPENED, in_emergency=True)
    page, pages = _asked_page(request), _pages(request, row, opened, sheet)
    context = {
        "case": case,
        "sheet": sheet,
        "pages": pages,
        "page": min(page, pages),
        "custody": custody_of(row, opened),
        "may_be_taken_away": sheet.is_there and row.may_be_taken_away(request.acting),
    }
    return while_open(render(request, "cases/files/file.html", context), case)


@for_permission(Permission.WORK_CASES)
@require_safe
@for_a_reason
def preview(request: HttpRequest, reference: str, pk: UUID, page: int) -> HttpResponse:
    """One page as a picture with the watermark of who looks: each is a look of its own."""
    case, row, opened, sheet = _found(request, reference, pk, actions.FILE_VIEWED, in_emergency=True)
    if not sheet.shows:
        raise Http404
    marks = f"{request.user.name} · {timezone.localtime():%Y-%m-%d %H:%M} · {case.code}"
    try:
        picture = pictures.preview(sheet.kind, row.bytes_of(opened, sheet.story), page, marks)
    except BrokenFile:
        row.find_broken(by=request.acting)
        raise Http404 from None
    except pictures.Unreadable:
        raise Http404 from None
    row.hand(Act.VIEWED, by=request.acting, page=page)
    return HttpResponse(picture, content_type="image/jpeg")


@for_permission(Permission.WORK_CASES)
@require_POST
@for_a_reason
def print_file(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """All pages with their watermark, to be printed."""
    case, row, opened, sheet = _found(request, reference, pk, actions.FILE_PRINTED)
    pages = _pages(request, row, opened, sheet)
    if not pages:
        return redirect(reverse("cases:file", args=[case.reference, pk]))
    row.hand(Act.PRINTED, by=request.acting)
    return render(request, "cases/files/print.html", {"case": case, "sheet": sheet, "pages": range(1, pages + 1)})


@for_permission(Permission.WORK_CASES)
@require_POST
@_HARMLESS
@for_a_reason
def download(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Take the file out of the house; only once all of it was found whole."""
    is_original = request.POST.get("which") == "original"
    action = actions.ORIGINAL_DOWNLOADED if is_original else actions.FILE_DOWNLOADED
    case, row, opened, sheet = _found(request, reference, pk, action)
    try:
        pieces = row.pieces_of(opened, sheet.story, original=is_original)
    except BrokenFile:
        if sheet.story.original if is_original else sheet.is_there:
            row.find_broken(by=request.acting)
        return redirect(reverse("cases:file", args=[case.reference, pk]))
    row.hand(Act.ORIGINAL if is_original else Act.DOWNLOADED, by=request.acting)
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Length"] = sheet.story.size if is_original else sheet.story.held_size
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=sheet.story.name)
    return response


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def take_away(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Destroy a file that should not be here, with the reason; that it was here stays."""
    case = writable(request, reference)
    row = get_object_or_404(case.files, pk=pk)
    row.case = case
    sheet = sheet_of(row, open_files(request, case, actions.FILE_OPENED, row))
    if not sheet.is_there or not row.may_be_taken_away(request.acting):
        raise Http404
    form, status = bound(TakeAwayForm, request, initial={"version": row.version}), 0
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("version", "why")}
        try:
            row.take_away(by=request.acting, story=sheet.story, **told)
            return redirect("cases:files", case.reference)
        except Stale:
            status = 409
    return form_page(request, "cases/files/take_away.html", form, status=status, case=case, sheet=sheet)


def _found(
    request: HttpRequest, reference: str, pk: UUID, action: Action, *, in_emergency: bool = False
) -> tuple[Case, File, OpenedOwner, Sheet]:
    """The file and what opens it, after the entry that says what for. Http404, PermissionDenied.

    `in_emergency`: whether it is only looked at here; what an emergency access opens leaves the house by no page.
    """
    case = find_case(request, reference, in_emergency=in_emergency)
    row = get_object_or_404(case.files, pk=pk)
    row.case = case
    opened = _opened(request, case, action, row)
    return case, row, opened, sheet_of(row, opened)


def _opened(request: HttpRequest, case: Case, action: Action, file: File | None = None) -> OpenedOwner:
    """What opens the case's files; a reason under which it does lasts for a while. PermissionDenied, ReasonMissing."""
    opened = open_files(request, case, action, file)
    if not policies.may_read_now(case, request.user):
        request.files_stay_open = files_stay_open(request, case)
    return opened


def _pages(request: HttpRequest, row: File, opened: OpenedOwner, sheet: Sheet) -> int:
    """How many pages there are to look at here; a file whose bytes do not hold is told as broken."""
    if not sheet.shows:
        return 0
    try:
        return pictures.page_count(sheet.kind, row.bytes_of(opened, sheet.story))
    except BrokenFile:
        row.find_broken(by=request.acting)
    except pictures.Unreadable:
        pass
    return 0


def _asked_page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
