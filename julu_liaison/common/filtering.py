"""The lists' filter backend: a filter that is not there is named instead of being passed over, which would give everything."""

from django_filters.rest_framework import DjangoFilterBackend

from julu_liaison.common.errors import DomainError

OF_PAGES = ("cursor", "page_size", "format")


class KnownFilters(DjangoFilterBackend):
    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset_class(view, queryset)
        known = {*(filterset.base_filters if filterset else ()), *OF_PAGES}
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            sentence = f"没有这个筛选条件,可以用的有:{'、'.join(sorted(known))}"
            raise DomainError(f"{sentence}。", fields=dict.fromkeys(unknown, sentence))
        return super().filter_queryset(request, queryset, view)
