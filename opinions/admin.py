"""How long tickets may take, for county administrators. Tickets themselves have their own pages."""

from django.contrib import admin

from julu_liaison.common.administration import ServiceAdmin
from opinions.models import Term
from opinions.services import set_term
from stations.querysets import scope_of


@admin.register(Term)
class TermAdmin(ServiceAdmin):
    list_display = ("kind", "stage", "category", "starts_on", "amount", "unit", "statutory")
    list_filter = ("kind",)
    fields = ("kind", "stage", "category", "starts_on", "amount", "unit", "statutory")
    readonly_fields = ("kind", "stage", "category", "starts_on", "unit", "statutory")

    def scoped(self, request):
        return Term.objects.filter(county__in=scope_of(request.user).counties)

    def edit(self, request, row, values):
        set_term(term=row, amount=values["amount"], actor=request.user)
