"""The years' schemes and what each fact is worth, to look up; values change by versions, on pages of their own."""

from django.contrib import admin

from julu_liaison.common.administration import ServiceAdmin
from scoring.models import Rule, Scheme
from scoring.services import open_scheme
from stations.models import Station
from stations.querysets import scope_of


@admin.register(Scheme)
class SchemeAdmin(ServiceAdmin):
    list_display = ("year", "county", "base")
    fields = ("county", "year")

    def scoped(self, request):
        return Scheme.objects.filter(county__in=scope_of(request.user).counties).select_related("county")

    def choices_for(self, db_field, request):
        return Station.objects.visible_to(request.user).centres()

    def add(self, request, values):
        return open_scheme(actor=request.user, **values)


@admin.register(Rule)
class RuleAdmin(ServiceAdmin):
    list_display = ("item", "block", "points", "cap", "version")
    list_filter = ("block", "version__scheme__year")
    list_select_related = ("version__scheme__county",)
    fields = ("version", "item", "block", "points", "cap")

    def scoped(self, request):
        counties = scope_of(request.user).counties
        return Rule.objects.filter(version__scheme__county__in=counties).select_related("version__scheme__county")
