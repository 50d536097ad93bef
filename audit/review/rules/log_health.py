"""The log itself: silence, a clock that jumped, entries that wait, and what its alarms tell."""

from collections.abc import Iterator
from datetime import UTC, timedelta

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from audit.log.models import Checkpoint, Leaf, Receipt
from audit.log.statement import Statement
from audit.review.rules.acts import light
from audit.review.rules.rule import Hit, Limits, Rule, Span, declared, rule
from cellule.accounts.roles import PRIVACY_OFFICER

LOG_BROKEN = declared(
    Rule(
        "log_broken",
        _("The log is broken"),
        _(
            "A check found that the log is not what was written, or a witness holds another log. Change nothing, and keep a"
            " copy of everything. The page “State of the log” names the place."
        ),
        PRIVACY_OFFICER,
    )
)
LOG_STOPPED = declared(
    Rule(
        "log_stopped",
        _("The log has stopped signing"),
        _("No checkpoint came for five minutes. Ask the system administrator whether the sequencer runs."),
        PRIVACY_OFFICER,
    )
)
WITNESS_SILENT = declared(
    Rule(
        "witness_silent",
        _("A witness is silent"),
        _(
            "A witness has not answered for an hour; one by mail, for a day. Until it answers, the newest part of the log"
            " is kept by the others alone. Look at the page “State of the log”."
        ),
        PRIVACY_OFFICER,
    )
)


@rule(
    "heartbeat",
    name=_("A gap between checkpoints"),
    means=_(
        "The log signs at least once a minute. Between two checkpoints there was a longer silence: the site was off, or"
        " somebody kept the log from signing. Compare it with what the system administrator did."
    ),
    owner=PRIVACY_OFFICER,
    limits={"seconds": _("Seconds of silence")},
)
def heartbeat(span: Span, limits: Limits) -> Iterator[Hit]:
    before = Checkpoint.objects.filter(number=OuterRef("number") - 1).values("at")[:1]
    gaps = span.checkpoints.annotate(before=Subquery(before))
    for checkpoint in gaps.filter(at__gt=F("before") + timedelta(seconds=limits["seconds"])).defer("note"):
        yield Hit(str(checkpoint.number), checkpoint.at)


@rule(
    "clock",
    name=_("The clock jumped"),
    means=_(
        "The database’s clock went back, or ran away, since the checkpoint before; the checkpoint says by how much. Times"
        " of entries around it are not to be trusted; their order is."
    ),
    owner=PRIVACY_OFFICER,
    limits={"seconds": _("Seconds by which it jumped")},
)
def clock(span: Span, limits: Limits) -> Iterator[Hit]:
    for checkpoint in span.checkpoints.filter(note__contains="\nclock "):
        if abs(Statement.parse(checkpoint.note).clock) >= limits["seconds"] * 1_000_000:
            yield Hit(str(checkpoint.number), checkpoint.at)


@rule(
    "lag",
    name=_("Entries wait for their place"),
    means=_(
        "Entries have no place in the tree yet. Until then they could be taken away unseen. Ask the system administrator"
        " how the sequencer runs."
    ),
    owner=PRIVACY_OFFICER,
    limits={"seconds": _("Seconds until an entry has its place")},
    waits=lambda limits: timedelta(seconds=limits["seconds"]),
)
def lag(span: Span, limits: Limits) -> Iterator[Hit]:
    waiting = span.entries.exclude(Exists(Leaf.objects.filter(entry=OuterRef("pk"))))
    found = list(light(waiting)[:100])
    if found:
        # One an hour while it lasts; hours by UTC, of which none comes twice when the clocks are put back.
        yield Hit(f"{found[0].at.astimezone(UTC):%Y-%m-%dT%H}", found[0].at, entries=[entry.pk for entry in found])


@rule(
    "witness_anew",
    name=_("A witness began anew"),
    means=_(
        "A witness did not have what it took before: a folder was emptied, a file was cut off, a memory was lost. It was"
        " given everything again. In between it could not have shown that the log was an old copy. Ask who keeps it what"
        " happened, and have the whole log checked."
    ),
    owner=PRIVACY_OFFICER,
    limits={"times": _("Losses of one witness within 30 days, from which on each counts")},
    # The answer of a witness is written down a moment after its time.
    waits=lambda _limits: timedelta(minutes=1),
)
def witness_anew(span: Span, limits: Limits) -> Iterator[Hit]:
    lost = Receipt.objects.filter(anew=True)
    for receipt in lost.filter(at__gte=span.start, at__lt=span.end).order_by("id"):
        near = lost.filter(witness=receipt.witness, at__gt=receipt.at - timedelta(days=30), at__lte=receipt.at)
        if near.count() >= limits["times"]:
            yield Hit(str(receipt.pk), receipt.at)
