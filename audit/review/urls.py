"""The auditors' addresses, under `audit/`."""

from django.urls import path

from audit.review import proof, rule_list, views

app_name = "review"

urlpatterns = [
    path("journal/", views.log, name="log"),
    path("journal/preuve/", proof.proof, name="proof"),
    path("regles/", rule_list.rules, name="rules"),
    path("journal/<uuid:entry_id>/", views.entry, name="entry"),
    path("journal/<uuid:entry_id>/detail/", views.detail, name="detail"),
]
