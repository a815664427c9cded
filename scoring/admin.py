"""The years' schemes and what each fact is worth, for county administrators."""

from django.contrib import admin

from julu_liaison.common.administration import ServiceAdmin
from scoring.models import Rule, Scheme
from scoring.services import open_scheme, set_base, set_points
from stations.models import Station
from stations.querysets import scope_of


@admin.register(Scheme)
class SchemeAdmin(ServiceAdmin):
    list_display = ("year", "county", "base")

    def scoped(self, request):
        return Scheme.objects.filter(county__in=scope_of(request.user).counties).select_related("county")

    def get_fields(self, request, obj=None):
        return ("county", "year", "base") if obj else ("county", "year")

    def get_readonly_fields(self, request, obj=None):
        return ("county", "year") if obj else ()

    def choices_for(self, db_field, request):
        return Station.objects.visible_to(request.user).centres()

    def add(self, request, values):
        return open_scheme(actor=request.user, **values)

    def edit(self, request, row, values):
        set_base(scheme=row, base=values["base"], actor=request.user)


@admin.register(Rule)
class RuleAdmin(ServiceAdmin):
    """The ledger follows a changed value by itself, at night."""

    list_display = ("item", "block", "points", "scheme")
    list_filter = ("block", "scheme__year")
    list_select_related = ("scheme__county",)
    fields = ("scheme", "item", "block", "points")
    readonly_fields = ("scheme", "item", "block")

    def scoped(self, request):
        return Rule.objects.filter(scheme__county__in=scope_of(request.user).counties).select_related("scheme__county")

    def edit(self, request, row, values):
        set_points(rule=row, points=values["points"], actor=request.user)
