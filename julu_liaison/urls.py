"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from activities.views.reports import reports
from deputies.views.boards import boards, edition
from julu_liaison import views

urlpatterns = [
    path("", views.home, name="home"),
    path("me/", views.me, name="me"),
    path("notices/", views.notices, name="notices"),
    path("console/", views.console, name="console"),
    path("console/sundays/", views.console_sundays, name="console-sundays"),
    path("", include("julu_liaison.accounts.urls")),
    path("", include("deputies.public_urls")),
    path("", include("deputies.urls")),
    path("", include("opinions.urls")),
    path("", include("scoring.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("julu_liaison.api_router")),
    path("station/", include("activities.urls")),
    path("", include("julu_liaison.common.urls")),
    path("reports/", reports, name="reports"),
    path("console/boards/", boards, name="boards"),
    path("console/boards/<uuid:uid>/", edition, name="board-edition"),
]
