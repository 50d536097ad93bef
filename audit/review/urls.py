"""The auditors' addresses, under `audit/`."""

from django.urls import path

from audit.review import (
    dashboard,
    export,
    holds,
    hours,
    item_pages,
    kept_filters,
    proof,
    question_pages,
    queue_pages,
    rule_list,
    signing,
    views,
)
from audit.review.models import Queue

app_name = "review"

urlpatterns = [
    path("journal/", views.log, name="log"),
    path("journal/preuve/", proof.proof, name="proof"),
    path("journal/filtres/", kept_filters.keep, name="keep_filter"),
    path("journal/filtres/<uuid:pk>/retirer/", kept_filters.drop, name="drop_filter"),
    path("journal/telecharger/", export.export, name="export"),
    path("journal/<uuid:entry_id>/", views.entry, name="entry"),
    path("journal/<uuid:entry_id>/detail/", views.detail, name="detail"),
    # the workspace: coverage, hours, sign-off, what is kept longer
    path("revue/", dashboard.dashboard, name="dashboard"),
    path("revue/heures/", hours.hours, name="hours"),
    path("revue/mois/<str:month>/", signing.month_page, name="month"),
    path("revue/mois/<str:month>/vu/", signing.see, name="see_month"),
    path("revue/conservation/", holds.holds, name="holds"),
    path("revue/conservation/<uuid:pk>/lever/", holds.lift, name="lift_hold"),
    # accesses under review
    path("revue/signaux/", queue_pages.queue, {"which": Queue.SIGNAL.value}, name="signal_queue"),
    path("revue/echantillon/", queue_pages.queue, {"which": Queue.SAMPLE.value}, name="sample_queue"),
    path("revue/urgences/", queue_pages.queue, {"which": Queue.GLASS.value}, name="glass_queue"),
    path("revue/auditeurs/", queue_pages.queue, {"which": Queue.OF_AUDITORS.value}, name="of_auditors"),
    path("revue/constats/", queue_pages.findings, name="findings"),
    path("revue/regles/", rule_list.rules, name="rules"),
    path("revue/incidents/", queue_pages.incidents, name="incidents"),
    path("revue/acces/<reference:reference>/", item_pages.item, name="item"),
    path("revue/acces/<reference:reference>/etapes/<slug:slug>/", item_pages.item_step, name="item_step"),
    path("revue/acces/<reference:reference>/mots/<uuid:entry_id>/", item_pages.sealed_words, name="item_words"),
    # what people are asked about their own acts
    path("questions/", question_pages.questions, name="questions"),
    path("questions/<reference:reference>/", question_pages.question, name="question"),
]
