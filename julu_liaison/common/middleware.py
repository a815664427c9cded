"""The page door's translation of domain errors: one clear Chinese page per kind, with the right status."""

from django.shortcuts import render

from julu_liaison.common.errors import DomainError


class DomainErrorMiddleware:
    """Turn a DomainError that a page did not handle itself into an answer with its own status."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, DomainError):
            return None
        return render(request, "error.html", {"error": exception}, status=exception.status)
