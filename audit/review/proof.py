"""The state of the log as a proof: its newest checkpoint, its witnesses, the last verification, and the whole of it."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.log import bundle
from audit.log.models import Checkpoint, Receipt, Verification
from audit.log.record import record
from audit.review.actions import EXPORTED, PROOF_VIEWED
from audit.review.alarms import ALARMS
from audit.review.forms import ExportForm
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.notices.models import Notice

# A witness that has not answered for so long is silent; one by letter answers once a day.
SILENT_AFTER = timedelta(hours=1)
SILENT_LETTER_AFTER = timedelta(hours=26)
# The log signs at least once a minute.
STOPPED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """How it stands with one witness: its newest answer, or None, and whether it has been silent for too long.

    `anew`: when it last had to be given everything again.
    """

    name: str
    receipt: Receipt | None
    silent: bool
    anew: datetime | None

    @property
    def refuses(self) -> bool:
        """Whether it holds a log that ours does not lead on from."""
        return self.receipt is not None and not self.receipt.held


def witnesses() -> list[Standing]:
    """Give how it stands with every witness of the settings."""
    now = timezone.now()
    found = []
    for name, address in settings.LOG_WITNESSES.items():
        receipts = Receipt.objects.filter(witness=name).order_by("-id")
        receipt, anew = receipts.first(), receipts.filter(anew=True).values_list("at", flat=True).first()
        patience = SILENT_LETTER_AFTER if address.startswith("mailto:") else SILENT_AFTER
        found.append(Standing(name, receipt, receipt is None or now - receipt.at > patience, anew))
    return found


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-number").first()


def has_stopped(newest: Checkpoint | None) -> bool:
    """Whether the log has signed nothing for longer than it may."""
    return newest is None or timezone.now() - newest.at > STOPPED_AFTER


@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest) -> HttpResponse:
    """How the log stands; by POST, with a purpose, all of it in one file. Both are entries themselves."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    form, status = bound(ExportForm, request), HTTPStatus.OK
    newest = newest_checkpoint()
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and newest is not None:
            try:
                return _download(request, form.cleaned_data["purpose"])
            except bundle.RemovalUnsigned:
                status = HTTPStatus.CONFLICT
                form.add_error(
                    None,
                    _("Entries were removed a moment ago, and the log has not signed since. Try again in a minute."),
                )
    with transaction.atomic():
        record(PROOF_VIEWED, by=request.acting.actor)
        Notice.objects.filter(recipient=request.user, kind__in=[kind.code for kind in ALARMS]).mark_read()
    context = {
        "form": form,
        "newest": newest,
        "root": newest.statement.root.hex() if newest else "",
        "stopped": has_stopped(newest),
        "witnesses": witnesses(),
        "may_hold": request.user.has_perm(Permission.HOLD_LOG),
        "verification": Verification.objects.order_by("-id").first(),
    }
    return render(request, "review/proof.html", context, status=status)


def _download(request: HttpRequest, purpose: str) -> FileResponse:
    with ExitStack() as unsent:
        # Gone from the disk when the answer has been sent, or could not be.
        file = unsent.enter_context(tempfile.TemporaryFile())
        newest = bundle.export(file)
        file.seek(0)
        # A file that could not be made was not downloaded; without this entry nothing is sent.
        with transaction.atomic():
            record(EXPORTED, by=request.acting.actor, purpose=purpose)
        unsent.pop_all()
    return FileResponse(file, as_attachment=True, filename=f"log-{newest.number}.zip", content_type="application/zip")
