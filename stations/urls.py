from django.urls import path

from stations import views

urlpatterns = [
    path("", views.places, name="places"),
    path("<slug:code>/", views.place, name="place"),
    path("<slug:code>/move/", views.move, name="place-move"),
    path("<slug:code>/merge/", views.merge, name="place-merge"),
    path("<slug:code>/close/", views.close, name="place-close"),
    path("<slug:code>/reopen/", views.reopen, name="place-reopen"),
]
