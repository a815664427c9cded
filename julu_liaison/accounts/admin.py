"""Accounts of a county's staff, for its administrators. Deputies' accounts are opened from the list of deputies."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget

from julu_liaison.accounts.models import User
from julu_liaison.common.administration import ServiceAdmin, ServiceForm
from julu_liaison.common.working_days import today_here
from stations.models import Department, Posting, Station
from stations.querysets import scope_of
from stations.services import edit_posted_account, open_posted_account, renew_posted_password
from stations.states import Level, Role

OFFICE_ROLES = [("", "请选择"), *(row for row in Role.choices if row[0] not in (Role.BRANCH_HEAD, Role.DEPUTY))]
ONCE = "首次密码只显示这一次,请抄下来当面交给本人,登录后要马上改"


class NewAccountForm(ServiceForm):
    """A new account always comes with its first posting."""

    role = forms.ChoiceField(label="岗位", choices=OFFICE_ROLES)
    station = forms.ModelChoiceField(label="站点", queryset=Station.objects.none(), required=False)
    department = forms.ModelChoiceField(label="承办部门", queryset=Department.objects.none(), required=False)
    started_on = forms.DateField(label="从哪天起", initial=today_here, widget=AdminDateWidget)

    class Meta:
        model = User
        fields = ("username", "name", "phone")


@admin.register(User)
class AccountAdmin(ServiceAdmin):
    list_display = ("username", "name", "phone", "is_active", "must_change_password", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "name", "phone")
    ordering = ("username",)
    actions = ("renew_passwords",)

    def may(self, request):
        return super().may(request) and scope_of(request.user).has(Role.COUNTY_ADMIN)

    def scoped(self, request):
        return User.objects.filter(pk__in=Posting.objects.visible_to(request.user).values("user"))

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("username", "name", "phone", "role", "station", "department", "started_on")
        return ("username", "name", "phone", "is_active", "must_change_password", "password_changed_at", "last_login")

    def get_readonly_fields(self, request, obj=None):
        return ("username", "must_change_password", "password_changed_at", "last_login") if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = NewAccountForm
            kwargs["fields"] = NewAccountForm.Meta.fields
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None:
            places = Station.objects.visible_to(request.user).exclude(level=Level.BRANCH)
            form.base_fields["station"].queryset = places.order_by("tree_id", "lft")
            form.base_fields["department"].queryset = Department.objects.visible_to(request.user)
        return form

    def add(self, request, values):
        account, password = open_posted_account(actor=request.user, **values)
        messages.warning(request, f"{account.name}的账号“{account.username}”开好了,首次密码:{password}。{ONCE}。")
        return account

    def edit(self, request, row, values):
        edit_posted_account(account=row, actor=request.user, **values)

    @admin.action(description="重新设置密码")
    def renew_passwords(self, request, queryset):
        for account in queryset:
            password = renew_posted_password(account=account, actor=request.user)
            messages.warning(request, f"{account.name}(“{account.username}”)的首次密码:{password}。{ONCE}。")
