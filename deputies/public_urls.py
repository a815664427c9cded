from django.urls import path

from deputies import public_views

urlpatterns = [
    path("b/<slug:code>/", public_views.branch_page, name="branch-page"),
]
