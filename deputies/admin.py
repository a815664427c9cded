"""Deputies, their mandates and branches for the county's own staff."""

from django.contrib import admin, messages

from deputies.models import Deputy, Mandate, Membership
from deputies.services import (
    add_deputy,
    assign_to_branch,
    edit_deputy,
    edit_mandate,
    end_mandate,
    grant_mandate,
    open_deputy_account,
)
from julu_liaison.common.administration import ServiceAdmin
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here

FACTS = (
    "name", "gender", "ethnicity", "birth_month", "employer", "position", "phone", "contact_scope", "note",
)  # fmt: skip


@admin.register(Deputy)
class DeputyAdmin(ServiceAdmin):
    list_display = ("name", "code", "gender", "employer", "position", "phone", "user")
    list_filter = ("gender",)
    list_select_related = ("user",)
    search_fields = ("name", "initials", "code", "phone")
    ordering = ("sort_key", "code")
    actions = ("open_accounts",)

    def get_fields(self, request, obj=None):
        return ("code", *FACTS, "user") if obj else ("county", *FACTS)

    def get_readonly_fields(self, request, obj=None):
        return ("code", "user") if obj else ()

    def choices_for(self, db_field, request):
        places = super().choices_for(db_field, request)
        return places.centres() if db_field.name == "county" else places

    def traced(self, row):
        """The person with the mandates and branches: one story."""
        return [row, *row.mandates.all(), *row.memberships.all()]

    def add(self, request, values):
        return add_deputy(actor=request.user, **values)

    def edit(self, request, row, values):
        edit_deputy(deputy=row, actor=request.user, **values)

    @admin.action(description="开通账号")
    def open_accounts(self, request, queryset):
        """Each first password is shown once, to be handed over in person."""
        for deputy in queryset.select_related("user"):
            try:
                user, password = open_deputy_account(deputy=deputy, actor=request.user)
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.warning(
                    request, f"{user.name}的账号:{user.username},首次密码:{password}(只显示这一次,请当面交给本人)。"
                )


@admin.register(Mandate)
class MandateAdmin(ServiceAdmin):
    """Granted and ended; of what was granted only the number of the certificate is filled in later."""

    list_display = ("deputy", "level", "term", "constituency", "certificate_number", "started_on", "ended_on")
    list_filter = ("level", "term")
    list_select_related = ("deputy",)
    search_fields = ("deputy__name", "deputy__code", "certificate_number")
    pick_fields = ("deputy",)

    def get_fields(self, request, obj=None):
        facts = ("deputy", "level", "term", "constituency", "certificate_number", "started_on")
        return (*facts, "ended_on", "end_reason") if obj else facts

    def get_readonly_fields(self, request, obj=None):
        return ("deputy", "level", "term", "constituency", "started_on") if obj else ()

    def add(self, request, values):
        return grant_mandate(actor=request.user, **values)

    def edit(self, request, row, values):
        if "certificate_number" in values:
            edit_mandate(mandate=row, actor=request.user, certificate_number=values.pop("certificate_number"))
        if values:
            new = {"ended_on": row.ended_on, "end_reason": row.end_reason} | values
            end_mandate(mandate=row, ended_on=new["ended_on"], reason=new["end_reason"], actor=request.user)


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin):
    """Assigning somebody to another branch ends the earlier membership by itself."""

    list_display = ("deputy", "branch", "role", "started_on", "ended_on")
    list_filter = ("role",)
    list_select_related = ("deputy", "branch")
    search_fields = ("deputy__name", "deputy__code", "branch__full_name")
    pick_fields = ("deputy",)
    fields = ("deputy", "branch", "role", "started_on")
    ordering = ("-started_on", "pk")

    def choices_for(self, db_field, request):
        rows = super().choices_for(db_field, request)
        return rows.branches().open(today_here()) if db_field.name == "branch" else rows

    def add(self, request, values):
        return assign_to_branch(actor=request.user, **values)
