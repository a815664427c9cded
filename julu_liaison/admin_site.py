"""The admin site (资料维护): county staff maintain master data and rules here, each within the own county."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

from stations.permissions import can_open_admin, holds_anywhere
from stations.states import Right


class LiaisonAdminSite(AdminSite):
    site_header = "资料维护"
    site_title = "资料维护"
    index_title = "资料维护"
    site_url = "/"
    empty_value_display = "—"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.disable_action("delete_selected")  # nothing is deleted in this system

    def has_permission(self, request) -> bool:
        """Nobody signed in: off to the login. Somebody without a posting at the county: 403."""
        if not request.user.is_authenticated:
            return False
        if not can_open_admin(request.user):
            raise PermissionDenied
        return True

    def may(self, request, right: str) -> bool:
        """Whether the person holds a named right anywhere; which rows it counts for is the services' question."""
        return self.has_permission(request) and holds_anywhere(request.user, Right(right))

    def login(self, request, extra_context=None):
        """The site has one login page, with its lock after wrong passwords."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        return redirect("password")
