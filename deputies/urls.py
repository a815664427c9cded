from django.urls import path

from deputies import views

urlpatterns = [
    path("console/deputies/", views.deputies, name="console-deputies"),
    path("deputies/<slug:code>/", views.deputy, name="deputy"),
    path("deputies/<slug:code>/photo/", views.photo, name="deputy-photo"),
]
