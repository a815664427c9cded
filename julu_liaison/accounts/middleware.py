"""Whoever must change the password sees no other page before."""

from django.shortcuts import redirect
from django.urls import reverse


class PasswordChangeMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.must_change_password and request.path not in self._open_paths():
            return redirect("password")
        return self.get_response(request)

    @staticmethod
    def _open_paths() -> set[str]:
        return {reverse("password"), reverse("logout"), reverse("mode")}
