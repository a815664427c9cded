"""Accounts of a county's staff, for its administrators. Deputies' accounts are opened from the list of deputies."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.models import User
from julu_liaison.common.administration import ServiceAdmin, ServiceForm
from julu_liaison.common.working_days import today_here
from stations.models import Department, Station
from stations.permissions import places_with
from stations.querysets import accounts_in_reach
from stations.services import (
    edit_posted_account,
    open_county_account,
    open_posted_account,
    remove_posted_second_factor,
    renew_posted_password,
)
from stations.states import OFFICE_ROLES, Level, Right

ROLE_CHOICES = [("", "以后再安排"), *((role.value, role.label) for role in OFFICE_ROLES)]
ONCE = "首次密码只显示这一次,请抄下来当面交给本人,登录后要马上改"


class NewAccountForm(ServiceForm):
    """A new account comes with its first posting, or waits for one (三员分立: another person gives it)."""

    role = forms.ChoiceField(label="岗位", choices=ROLE_CHOICES, required=False)
    station = forms.ModelChoiceField(label="站点", queryset=Station.objects.none(), required=False)
    department = forms.ModelChoiceField(label="承办部门", queryset=Department.objects.none(), required=False)
    started_on = forms.DateField(label="从哪天起", initial=today_here, widget=AdminDateWidget)

    class Meta:
        model = User
        fields = ("username", "name", "phone")


class ReasonForm(ActionForm):
    reason = forms.CharField(label="原因(取消第二步验证要填)", required=False, max_length=200)


@admin.register(User)
class AccountAdmin(ServiceAdmin):
    list_display = ("username", "name", "phone", "is_active", "must_change_password", "has_second_factor", "last_login")
    right = Right.MANAGE_ACCOUNTS
    list_filter = ("is_active",)
    search_fields = ("username", "name", "phone")
    ordering = ("username",)
    actions = ("renew_passwords", "remove_second_factors")
    action_form = ReasonForm

    def scoped(self, request):
        factors = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return accounts_in_reach(request.user).annotate(with_factor=Exists(factors))

    @admin.display(description="第二步验证", boolean=True, ordering="with_factor")
    def has_second_factor(self, account):
        return account.with_factor

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
        if values["role"]:
            account, password = open_posted_account(actor=request.user, **values)
        else:
            facts = {name: values[name] for name in ("username", "name", "phone")}
            county = min(places_with(request.user, Right.MANAGE_ACCOUNTS))
            account, password = open_county_account(county_id=county, actor=request.user, **facts)
        messages.warning(request, f"{account.name}的账号“{account.username}”开好了,首次密码:{password}。{ONCE}。")
        return account

    def edit(self, request, row, values):
        edit_posted_account(account=row, actor=request.user, **values)

    @admin.action(description="重新设置密码")
    def renew_passwords(self, request, queryset):
        for account in queryset:
            password = renew_posted_password(account=account, actor=request.user)
            messages.warning(request, f"{account.name}(“{account.username}”)的首次密码:{password}。{ONCE}。")

    @admin.action(description="取消第二步验证(手机丢了)")
    def remove_second_factors(self, request, queryset):
        for account in queryset:
            remove_posted_second_factor(account=account, actor=request.user, reason=request.POST.get("reason", ""))
            messages.warning(request, f"{account.name}(“{account.username}”)的第二步验证取消了,各处登录也都退出了。")
