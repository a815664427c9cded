"""Meetings of the congress, directors, words for answers. Tickets and how long they may take have their own pages."""

from django.contrib import admin

from julu_liaison.common.administration import ServiceAdmin
from opinions.models import CongressSession, Director, ReplyLabel
from opinions.services.registries import (
    add_director,
    add_reply_label,
    add_session,
    edit_director,
    edit_reply_label,
    edit_session,
)
from stations.querysets import scope_of


class CountyAdmin(ServiceAdmin):
    """Rows of one county, which is chosen once."""

    def scoped(self, request):
        return self.model._default_manager.filter(county__in=scope_of(request.user).counties).select_related("county")

    def get_readonly_fields(self, request, obj=None):
        return ("county",) if obj else ()

    def choices_for(self, db_field, request):
        return super().choices_for(db_field, request).centres()


@admin.register(CongressSession)
class CongressSessionAdmin(CountyAdmin):
    """Suggestions are numbered per meeting, from its first day to the day before the next one."""

    list_display = ("__str__", "starts_on", "ends_on")
    fields = ("county", "term", "ordinal", "starts_on", "ends_on")

    def add(self, request, values):
        return add_session(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_session(session=row, actor=request.user, **values)


@admin.register(Director)
class DirectorAdmin(CountyAdmin):
    list_display = ("name", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("county", "name", "position", "official_order", "is_active")

    def add(self, request, values):
        return add_director(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_director(director=row, actor=request.user, **values)


@admin.register(ReplyLabel)
class ReplyLabelAdmin(CountyAdmin):
    list_display = ("reply_class", "label")
    fields = ("county", "reply_class", "label")

    def add(self, request, values):
        return add_reply_label(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_reply_label(label=row, actor=request.user, **values)
