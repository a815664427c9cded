from django.urls import path

from scoring import views

urlpatterns = [
    path("me/score/", views.my_score, name="my-score"),
    path("deputies/<slug:code>/score/", views.deputy_score, name="deputy-score"),
]
