"""Cursor pages: `next`, `previous`, `results`. A page costs the same at any depth; nothing is counted."""

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from julu_liaison.common.errors import DomainError


class Pages(CursorPagination):
    """Pages in the order that the view names in `ordering`; its first column must (nearly) tell rows apart."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "一页多少条;超过200的按200"
    max_page_size = 200
    cursor_query_description = "上一次回答里 next 或 previous 带的位置,请原样使用"

    def get_ordering(self, request, queryset, view):
        return view.ordering

    def get_page_size(self, request):
        text = request.query_params.get(self.page_size_query_param, "")
        if not text:
            return self.page_size
        if not (text.isascii() and text.isdigit() and text.strip("0")):
            sentence = "每页条数请填1到200的整数"
            raise DomainError(f"{sentence}。", fields={self.page_size_query_param: sentence})
        return int(text) if len(text) <= 3 and int(text) < self.max_page_size else self.max_page_size

    def get_schema_operation_parameters(self, view):
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "default": self.page_size}
        return parameters

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
