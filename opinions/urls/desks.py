"""Addresses of registering and importing at the desk, of look-alikes and of one move for many tickets."""

from django.urls import path

from opinions.views import desks

urlpatterns = [
    path("station/opinions/new/", desks.opinion_new, name="opinion-new"),
    path("me/opinions/new/", desks.my_opinion_new, name="my-opinion-new"),
    path("opinions/similar/", desks.similar, name="opinions-similar"),
    path("opinions/bulk/", desks.bulk, name="opinions-bulk"),
    path("opinions/bulk/outcome/", desks.bulk_outcome, name="opinions-bulk-outcome"),
    path("console/opinions/import/", desks.import_opinions, name="console-opinions-import"),
]
