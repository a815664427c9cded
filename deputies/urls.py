from django.urls import path

from deputies import views

urlpatterns = [
    path("console/deputies/", views.deputies, name="console-deputies"),
    path("deputies/<slug:code>/", views.deputy, name="deputy"),
    path("deputies/<slug:code>/constituents/", views.constituents, name="constituents"),
    path("deputies/<slug:code>/constituents/add/", views.constituent_add, name="constituent-add"),
    path("me/constituents/", views.my_constituents, name="my-constituents"),
    path("constituents/<uuid:uid>/", views.constituent, name="constituent"),
    path("constituents/<uuid:uid>/contact/", views.constituent_contact, name="constituent-contact"),
    path("constituents/<uuid:uid>/end/", views.constituent_end, name="constituent-end"),
    path("contacts/<uuid:uid>/void/", views.contact_void, name="contact-void"),
    path("branches/", views.branches, name="branches"),
    path("branches/<slug:code>/", views.branch, name="branch"),
    path("deputies/<slug:code>/archive/", views.archive, name="deputy-archive"),
    path("deputies/<slug:code>/archive/file/", views.archive_file, name="deputy-archive-file"),
    path("me/archive/", views.my_archive, name="my-archive"),
    path("station/archive/", views.branch_archives, name="station-archive"),
    path("deputies/<slug:code>/photo/", views.photo, name="deputy-photo"),
    path("deputies/<slug:code>/photo/edit/", views.photo_edit, name="deputy-photo-edit"),
    path("deputies/<slug:code>/consent/<slug:subject>/", views.consent, name="deputy-consent"),
    path("console/photos/", views.photos, name="console-photos"),
]
