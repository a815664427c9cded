"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from julu_liaison import views

handler404 = "julu_liaison.views.not_found"
handler500 = "julu_liaison.common.outage_pages.failed"

urlpatterns = [
    path("", views.home, name="home"),
    path("privacy/", views.privacy, name="privacy"),
    path("handbook/", views.handbook, name="handbook"),
    path("handbook/<slug:slug>/", views.handbook_part, name="handbook-part"),
    path("look/", views.look, name="look"),
    path("me/", views.me, name="me"),
    path("", include("julu_liaison.personal.urls")),
    path("notices/", views.notices, name="notices"),
    path("audit/", views.audit_trail, name="audit"),
    path("audit/<int:pk>/", views.audit_entry, name="audit-entry"),
    path("messages/", views.messages_sent, name="messages"),
    path("messages/<uuid:uid>/again/", views.message_again, name="message-again"),
    path("console/gateways/", views.gateways, name="gateways"),
    path("console/gateways/<uuid:uid>/", views.gateway, name="gateway"),
    path("console/gateways/<uuid:uid>/try/", views.gateway_try, name="gateway-try"),
    path("console/", views.console, name="console"),
    path("console/places/", include("stations.urls")),
    path("console/sundays/", views.console_sundays, name="console-sundays"),
    path("console/health/", views.health, name="health"),
    path("summary/", views.summary, name="summary"),
    path("overview/", views.overview, name="overview"),
    # Before the stations: no code is taken for one of these, nor one of these for a code.
    path("overview/wall/", views.overview_wall, name="overview-wall"),
    path("overview/meanings/", views.overview_meanings, name="overview-meanings"),
    path("overview/receptions/", views.overview_receptions, name="overview-receptions"),
    path("overview/attendance/", views.overview_attendance, name="overview-attendance"),
    path("overview/<slug:code>/", views.overview_station, name="overview-station"),
    path("console/calendar/", views.calendar, name="calendar"),
    path("console/calendar/drop/", views.calendar_drop, name="calendar-drop"),
    path("console/calendar/load/", views.calendar_load, name="calendar-load"),
    path("console/import/", views.import_page, name="console-import"),
    path("console/import/template/", views.import_template, name="console-import-template"),
    path("console/import/<uuid:uid>/", views.import_preview, name="console-import-preview"),
    path("console/import/<uuid:uid>/failed/", views.import_failed, name="console-import-failed"),
    path("console/import/<uuid:uid>/passwords/", views.import_passwords, name="console-import-passwords"),
    path("console/export/", views.export_page, name="console-export"),
    path("console/export/<slug:kind>/", views.export_register, name="console-export-register"),
    path("", include("julu_liaison.accounts.urls")),
    path("", include("julu_liaison.notices.urls")),
    path("", include("deputies.public_urls")),
    path("", include("opinions.public_urls")),
    path("", include("deputies.urls")),
    path("", include("opinions.urls")),
    path("", include("scoring.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("julu_liaison.api_router")),
    path("", include("activities.urls")),
    path("", include("julu_liaison.common.urls")),
]
