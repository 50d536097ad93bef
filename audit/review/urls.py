"""The auditors' addresses, under `audit/`."""

from django.urls import path

from audit.review import holds, proof, views

app_name = "review"

urlpatterns = [
    path("journal/", views.log, name="log"),
    path("journal/preuve/", proof.proof, name="proof"),
    path("journal/conservation/", holds.holds, name="holds"),
    path("journal/conservation/<uuid:pk>/lever/", holds.lift, name="lift_hold"),
    path("journal/<uuid:entry_id>/", views.entry, name="entry"),
    path("journal/<uuid:entry_id>/detail/", views.detail, name="detail"),
]
