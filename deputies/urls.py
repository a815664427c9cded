from django.urls import path

from deputies import views

urlpatterns = [
    path("console/deputies/", views.deputies, name="console-deputies"),
    path("deputies/<slug:code>/", views.deputy, name="deputy"),
    path("deputies/<slug:code>/photo/", views.photo, name="deputy-photo"),
    path("deputies/<slug:code>/photo/edit/", views.photo_edit, name="deputy-photo-edit"),
    path("deputies/<slug:code>/consent/<slug:subject>/", views.consent, name="deputy-consent"),
    path("console/photos/", views.photos, name="console-photos"),
]
