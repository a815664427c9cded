"""Cursor pages: `next`, `previous`, `results`. A page costs the same at any depth; nothing is counted."""

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from julu_liaison.common.errors import DomainError


class Pages(CursorPagination):
    """Pages in the order that the view names in `ordering`; its first column must (nearly) tell rows apart."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "一页多少条,最多200"
    max_page_size = 200
    cursor_query_description = "上一次回答里 next 或 previous 带的位置,请原样使用"

    def get_ordering(self, request, queryset, view):
        return view.ordering

    def decode_cursor(self, request):
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _broken_cursor() from error
        if cursor and cursor.position and "\0" in cursor.position:
            raise _broken_cursor()
        return cursor

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:  # a forged position that the column cannot hold
            raise _broken_cursor() from error


def _broken_cursor() -> DomainError:
    return DomainError("这一页的位置不完整,请从第一页重新读。", fields={"cursor": "请原样使用 next 或 previous 的链接"})
