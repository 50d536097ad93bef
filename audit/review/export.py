"""The entries of a list as a file, with their hashes: a recorded act with a purpose, streamed however many there are."""

import base64
import csv
import json
from collections.abc import Callable, Iterator
from http import HTTPStatus

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.log.encoding import Malformed
from audit.log.finding import Wanted
from audit.log.models import Entry, Leaf
from audit.review.actions import LIST_EXPORTED
from audit.review.forms import ExportForm, FilterForm
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.vault.details import record_with_detail

IN_A_PART = 2_000
COLUMNS = (
    "id",
    "at",
    "actor_id",
    "actor_role",
    "actor_organisation",
    "action",
    "subject_type",
    "reference",
    "shown",
    "subject",
    "relation",
    "purpose",
    "outcome",
    "session",
    "counter",
    "request",
    "position",
    "leaf",
)
# What a spreadsheet would take for a formula (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(models.TextChoices):
    CSV = "csv", _("A table (CSV), for a spreadsheet")
    JSON_LINES = "jsonl", _("JSON Lines, with the bytes that the hashes are of")


class ListExportForm(ExportForm):
    """What the entries are taken out for, and in which shape."""

    shape = forms.ChoiceField(
        label=_("In which shape?"),
        choices=Format.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the shape of the file.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Send the entries that the filters leave, by POST with a purpose; loaded by its address it is the log."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("review:log")
    asked = bound(FilterForm, request, reviews_auditors=request.user.has_perm(Permission.REVIEW_AUDITORS))
    form = bound(ListExportForm, request)
    if not (asked.is_valid() and form.is_valid()):
        state = asked.state if asked.is_valid() else {}
        context = {
            "form": form,
            "state": state,
            "filters": asked.in_words() if asked.is_valid() else [],
            "asked": asked,
        }
        return render(request, "review/export.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = asked.wanted
    with transaction.atomic():
        entry = record_with_detail(
            LIST_EXPORTED, asked.state, by=request.acting.actor, purpose=form.cleaned_data["purpose"]
        )
    # What is written from now on is not part of it, however long it takes.
    write, kind = _WRITERS[form.cleaned_data["shape"]]
    response = StreamingHttpResponse(write(wanted, entry), content_type=kind)
    name = f"journal-{entry.at:%Y-%m-%d}.{form.cleaned_data['shape']}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(wanted: Wanted, before: Entry) -> Iterator[tuple[Entry, dict]]:
    for part in wanted.in_parts(IN_A_PART, before=before.pk):
        placed = Leaf.objects.filter(entry__in=[each.pk for each in part]).in_bulk(field_name="entry")
        for each in part:
            row = {name: getattr(each, name) for name in COLUMNS if name not in ("at", "position", "leaf")}
            row["at"], leaf = each.at.isoformat(), placed.get(each.pk)
            # What has no place yet has no hash yet.
            row |= {"position": leaf and leaf.position, "leaf": bytes(leaf.hash).hex() if leaf else ""}
            yield each, {name: row[name] for name in COLUMNS}


def _body(entry: Entry) -> bytes:
    """The bytes that give the hash; none of an entry that somebody made unsayable, whose line tells the rest."""
    try:
        return entry.body
    except Malformed:
        return b""


class _Line:
    """What `csv` writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _as_csv(wanted: Wanted, before: Entry) -> Iterator[str]:
    writer = csv.writer(_Line())
    # A spreadsheet that does not see this mark takes the file for another encoding.
    yield "\ufeff" + writer.writerow(COLUMNS)
    for _entry, row in _rows(wanted, before):
        yield writer.writerow([_harmless(row[name]) for name in COLUMNS])


def _as_json_lines(wanted: Wanted, before: Entry) -> Iterator[str]:
    number = 0
    for entry, row in _rows(wanted, before):
        number += 1
        row["body"] = base64.b64encode(_body(entry)).decode()
        yield json.dumps(row, default=str, ensure_ascii=False) + "\n"
    # A file that was cut off does not end so.
    yield json.dumps({"entries": number}) + "\n"


def _harmless(value: object) -> str:
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


_WRITERS: dict[str, tuple[Callable[[Wanted, Entry], Iterator[str]], str]] = {
    Format.CSV: (_as_csv, "text/csv; charset=utf-8"),
    Format.JSON_LINES: (_as_json_lines, "application/jsonl; charset=utf-8"),
}
