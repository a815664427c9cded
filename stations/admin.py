"""Places, villages, departments and postings for the county's own staff."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from julu_liaison.accounts.models import User
from julu_liaison.common.administration import ServiceAdmin, ServiceForm
from julu_liaison.common.working_days import today_here
from stations.models import Department, Posting, Station, Village
from stations.querysets import accounts_in_reach
from stations.services import (
    add_department,
    add_village,
    appoint,
    edit_department,
    edit_station,
    edit_village,
    end_posting,
    hand_over,
    open_station,
)
from stations.states import OFFICE_ROLES, Level, Right

DETAILS = (
    "official_order", "division_code", "host", "address", "phone", "duty_hours", "seats", "opened_on",
)  # fmt: skip
ROLE_CHOICES = [("", "请选择"), *((role.value, role.label) for role in OFFICE_ROLES)]


@admin.register(Station)
class StationAdmin(ServiceAdmin):
    list_display = ("full_name", "code", "level", "phone", "address", "closed_on", "page")
    list_filter = ("level",)
    search_fields = ("full_name", "code")
    ordering = ("tree_id", "lft")

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("code", "name", "parent", *DETAILS)
        return ("code", "name", "level", "parent", *DETAILS, "closed_on", "merged_into")

    def get_readonly_fields(self, request, obj=None):
        """Moving, merging and closing are done under /console/places/, where one sees first what comes of them."""
        return ("code", "level", "parent", "closed_on", "merged_into") if obj else ()

    def choices_for(self, db_field, request):
        places = super().choices_for(db_field, request).open(today_here())
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
        return super().choices_for(db_field, request).branches().open(today_here())

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
    """A posting of one's own, or somebody else's to stand in for: then role and place are that one's."""

    role = forms.ChoiceField(label="角色", choices=ROLE_CHOICES, required=False)

    def clean(self):
        values = super().clean()
        if values.get("stands_in_for"):
            if not values.get("ended_on"):
                self.add_error("ended_on", "代管要写明到哪天为止。")
            for name in ("role", "station", "department"):
                values[name] = getattr(values["stands_in_for"], name)
        elif not values.get("role"):
            self.add_error("role", "请选角色;替人代管的,请选代管谁的岗位。")
        return values


@admin.register(Posting)
class PostingAdmin(ServiceAdmin):
    """A posting is given, handed over for a time (代管) and ended, never changed."""

    list_display = ("user", "role", "station", "department", "started_on", "ended_on")
    right = Right.APPOINT
    list_filter = ("role",)
    search_fields = ("user__name", "user__username")
    list_select_related = ("user", "station", "department")

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = PostingForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request, obj=None):
        return ("user", "stands_in_for", "role", "station", "department", "started_on", "ended_on")

    def get_readonly_fields(self, request, obj=None):
        return ("user", "stands_in_for", "role", "station", "department", "started_on") if obj else ()

    def choices_for(self, db_field, request):
        if db_field.remote_field.model is User:
            return accounts_in_reach(request.user)
        if db_field.name == "stands_in_for":
            rows = Posting.objects.visible_to(request.user).in_force(today_here())
            rows = rows.filter(role__in=OFFICE_ROLES, stands_in_for=None)
            return rows.select_related("user", "station", "department")
        return super().choices_for(db_field, request)

    def add(self, request, values):
        posting, last_day = values.pop("stands_in_for", None), values.pop("ended_on", None)
        if posting:
            return hand_over(
                posting=posting, to=values["user"], started_on=values["started_on"], ended_on=last_day,
                actor=request.user,
            )  # fmt: skip
        given = appoint(actor=request.user, **values)
        return end_posting(posting=given, ended_on=last_day, actor=request.user) if last_day else given

    def edit(self, request, row, values):
        if values["ended_on"]:
            end_posting(posting=row, ended_on=values["ended_on"], actor=request.user)
