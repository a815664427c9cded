"""Places, villages, departments and postings for the county's own staff."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from julu_liaison.accounts.models import User
from julu_liaison.common.administration import ServiceAdmin, ServiceForm
from stations.models import Department, Posting, Station, Village
from stations.permissions import can_appoint
from stations.querysets import scope_of
from stations.services import (
    add_department,
    add_village,
    appoint,
    edit_department,
    edit_station,
    edit_village,
    end_posting,
    open_station,
)
from stations.states import Level, Role

DETAILS = (
    "official_order", "division_code", "host", "address", "phone", "duty_hours", "seats", "opened_on", "closed_on",
)  # fmt: skip
# The postings of head and deputy follow from memberships.
OFFICE_ROLES = [("", "请选择"), *(row for row in Role.choices if row[0] not in (Role.BRANCH_HEAD, Role.DEPUTY))]


def counties_to_appoint_in(request) -> bool:
    return any(can_appoint(request.user, county) for county in scope_of(request.user).counties)


@admin.register(Station)
class StationAdmin(ServiceAdmin):
    list_display = ("full_name", "code", "level", "phone", "address", "closed_on", "page")
    list_filter = ("level",)
    search_fields = ("full_name", "code")
    ordering = ("tree_id", "lft")

    def get_fields(self, request, obj=None):
        return ("code", "name", "level", "parent", *DETAILS) if obj else ("code", "name", "parent", *DETAILS)

    def get_readonly_fields(self, request, obj=None):
        return ("code", "level", "parent") if obj else ()

    def choices_for(self, db_field, request):
        places = super().choices_for(db_field, request)
        return places.exclude(level=Level.BRANCH) if db_field.name == "parent" else places

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent":
            field.required = True  # a county is set up by command
        return field

    @admin.display(description="公开页面")
    def page(self, station):
        if station.level != Level.BRANCH:
            return ""
        return format_html('<a href="{}">打开</a>', reverse("branch-page", args=[station.code]))

    def add(self, request, values):
        return open_station(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_station(station=row, actor=request.user, **values)


@admin.register(Village)
class VillageAdmin(ServiceAdmin):
    list_display = ("name", "branch")
    search_fields = ("name", "branch__full_name")
    list_select_related = ("branch",)
    ordering = ("branch__code", "name")

    def choices_for(self, db_field, request):
        return super().choices_for(db_field, request).branches()

    def add(self, request, values):
        return add_village(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_village(village=row, actor=request.user, **values)


@admin.register(Department)
class DepartmentAdmin(ServiceAdmin):
    list_display = ("name", "code", "phone", "signature_needed", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code")

    def get_fields(self, request, obj=None):
        return ("code", "name", "county", "phone", "signature_needed", "official_order", "is_active")

    def get_readonly_fields(self, request, obj=None):
        return ("code", "county") if obj else ()

    def choices_for(self, db_field, request):
        return super().choices_for(db_field, request).centres()

    def add(self, request, values):
        return add_department(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_department(department=row, actor=request.user, **values)


class PostingForm(ServiceForm):
    role = forms.ChoiceField(label="角色", choices=OFFICE_ROLES)


@admin.register(Posting)
class PostingAdmin(ServiceAdmin):
    """County administrators only; a posting is given and ended, never changed."""

    list_display = ("user", "role", "station", "department", "started_on", "ended_on")
    list_filter = ("role",)
    search_fields = ("user__name", "user__username")
    list_select_related = ("user", "station", "department")

    def may(self, request):
        return super().may(request) and counties_to_appoint_in(request)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = PostingForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request, obj=None):
        places = ("user", "role", "station", "department", "started_on")
        return (*places, "ended_on") if obj else places

    def get_readonly_fields(self, request, obj=None):
        return ("user", "role", "station", "department", "started_on") if obj else ()

    def choices_for(self, db_field, request):
        if db_field.remote_field.model is User:
            return User.objects.filter(pk__in=Posting.objects.visible_to(request.user).values("user"))
        return super().choices_for(db_field, request)

    def add(self, request, values):
        return appoint(actor=request.user, **values)

    def edit(self, request, row, values):
        if values["ended_on"]:
            end_posting(posting=row, ended_on=values["ended_on"], actor=request.user)
