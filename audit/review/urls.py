"""The auditors' addresses, under `audit/`."""

from django.urls import path

from audit.review import dashboard, export, hours, kept_filters, proof, signing, views

app_name = "review"

urlpatterns = [
    path("journal/", views.log, name="log"),
    path("journal/preuve/", proof.proof, name="proof"),
    path("journal/filtres/", kept_filters.keep, name="keep_filter"),
    path("journal/filtres/<uuid:pk>/retirer/", kept_filters.drop, name="drop_filter"),
    path("journal/telecharger/", export.export, name="export"),
    path("journal/<uuid:entry_id>/", views.entry, name="entry"),
    path("journal/<uuid:entry_id>/detail/", views.detail, name="detail"),
    path("apercu/", dashboard.dashboard, name="dashboard"),
    path("heures/", hours.hours, name="hours"),
    path("mois/<str:month>/", signing.month_page, name="month"),
    path("mois/<str:month>/vu/", signing.see, name="see_month"),
]
