"""Addresses of the job ledger; mounted by the front door."""

from django.urls import path

from cellule.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.dead, name="dead"),
    path("reprendre/", views.retry, name="retry"),
]
