"""Addresses of one's own notices."""

from django.urls import path

from julu_liaison.notices import views

urlpatterns = [
    path("notices/settings/", views.notice_settings, name="notice-settings"),
    path("notices/<int:pk>/", views.notice_open, name="notice-open"),
    path("notices/mail/<str:token>/", views.notice_mail_confirm, name="notice-mail-confirm"),
    path("notices/stop/<str:token>/", views.notice_stop, name="notice-stop"),
]
