"""The admin: who gets in, that it writes through services, stays in scope, deletes nothing, takes refusals back."""

import re
from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from deputies.models import Deputy, Mandate, Membership
from julu_liaison.accounts.models import User
from julu_liaison.common.models import AuditLog, CalendarDay
from opinions.services.registries import add_director, add_reply_label, add_session
from scoring.models import Rule, Scheme
from scoring.states import Item
from stations.models import Department, Posting, Station, Village
from stations.services import add_department, add_village, appoint, open_station
from stations.states import Role
from tests.cast import OPENED, PASSWORD, account

ADMIN_ONLY = (User, Posting)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture(autouse=True)
def registries(cast):
    """A row of what a new county has none of."""
    add_session(county=cast.county, term="第十七届", ordinal=5, starts_on=OPENED, ends_on=OPENED, actor=cast.admin)
    add_director(county=cast.county, name="周主任", position="主任", actor=cast.admin)
    add_reply_label(county=cast.county, reply_class="A", label="已经解决", actor=cast.admin)


def url(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def filled(answer, **changes):
    """What the browser would send: the form as shown, with some fields changed."""
    form = answer.context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = (
            "" if value is None or value is False else getattr(value, "isoformat", lambda v=value: v)()
        )
    return {name: value for name, value in (data | changes).items() if value is not False}


def errors(answer):
    return str(answer.context["errors"])


@pytest.fixture
def foreign(cast):
    """Another county with one of everything."""
    county = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    boss = account("linxian", "邻县管理员")
    appoint(user=boss, role=Role.COUNTY_ADMIN, station=county, started_on=OPENED, actor=None)
    town = open_station(code="C02-A", name="邻镇", parent=county, opened_on=OPENED, actor=boss)
    branch = open_station(code="C02-A01", name="邻分站", parent=town, opened_on=OPENED, actor=boss)
    village = add_village(name="邻村", branch=branch, actor=boss)
    office = add_department(code="C02-x", name="邻县局", county=county, actor=boss)
    return {Station: branch, Village: village, Department: office, User: boss, Posting: boss.postings.get()}


# --- Who gets in ------------------------------------------------------------------------------------------------


def test_login_page_is_the_sites_own(client, cast):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("login"))


@pytest.mark.parametrize("who", ["clerk", "stranger", "head", "deputy", "officer", "chief"])
def test_others_than_county_staff_are_refused(cast, signed_in, who):
    client = signed_in(getattr(cast, who))
    for address in ("/admin/", url(Station), url(Station, "change", cast.gt.pk), url(User, "add")):
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_auditor_reads_every_page_and_changes_nothing(cast, signed_in, model):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind="holiday", name="国庆节")
    client = signed_in(cast.auditor)
    row = admin.site._registry[model].scoped(client.get("/admin/").wsgi_request).first()
    change = url(model, "change", row.pk)
    assert client.get(url(model)).status_code == client.get(url(model, "history", row.pk)).status_code == 200
    assert client.get(change).status_code == 200 and "保存" not in client.get(change).text
    assert client.post(change, {}).status_code == client.get(url(model, "add")).status_code == 403
    assert 'name="action"' not in client.get(url(model)).text
    before = model.objects.count(), AuditLog.objects.count()
    client.post(url(model), {"action": "renew_passwords", "_selected_action": [row.pk]})
    assert (model.objects.count(), AuditLog.objects.count()) == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize(("who", "sees_accounts"), [("admin", True), ("staff", False)])
def test_every_page_opens_for_those_who_may(cast, signed_in, model, who, sees_accounts):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind="holiday", name="国庆节")
    client = signed_in(getattr(cast, who))
    status = 200 if sees_accounts or model not in ADMIN_ONLY else 403
    assert client.get(url(model)).status_code == status
    assert client.get(url(model), {"q": "a"}).status_code == status
    row = admin.site._registry[model].scoped(client.get("/admin/").wsgi_request).first()
    assert client.get(url(model, "change", row.pk)).status_code == status
    assert client.get(url(model, "history", row.pk)).status_code == status
    can_add = admin.site._registry[model].add is not None
    assert client.get(url(model, "add")).status_code == (status if can_add else 403)


def test_index_is_chinese_and_lists_only_what_one_may(cast, signed_in):
    text = signed_in(cast.staff).get("/admin/").text
    assert "资料维护" in text and "站点" in text and url(Station) in text and url(User) not in text
    assert url(User) in signed_in(cast.admin).get("/admin/").text


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nothing_can_be_deleted(cast, signed_in, model):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind="holiday", name="国庆节")
    client = signed_in(cast.admin)
    row = admin.site._registry[model].scoped(client.get("/admin/").wsgi_request).first()
    assert client.get(url(model, "delete", row.pk)).status_code == 403
    assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(url(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [Station, Village, Department, User, Posting], ids=lambda model: model._meta.label)
def test_another_county_is_invisible(cast, signed_in, foreign, model):
    client = signed_in(cast.admin)
    row = foreign[model]
    shown = {found.pk for found in client.get(url(model), {"all": ""}).context["cl"].queryset}
    assert row.pk not in shown and shown
    for page in ("change", "history"):
        assert client.get(url(model, page, row.pk)).status_code == 404


def test_references_offer_only_the_own_county(cast, signed_in, foreign):
    client = signed_in(cast.admin)
    assert "邻" not in client.get(url(Station, "add")).text
    assert "邻" not in client.get(url(User, "add")).text
    form = client.get(url(Village, "add"))
    answer = client.post(url(Village, "add"), filled(form, name="新村", branch=foreign[Station].pk))
    assert answer.status_code == 200 and not Village.objects.filter(name="新村").exists()
    foreigner = Deputy.objects.create(code="C02-1", county=foreign[Station].county, name="邻代表")
    assert "邻代表" not in client.get(url(Membership, "add")).text
    form = client.get(url(Membership, "add"))
    answer = client.post(
        url(Membership, "add"),
        filled(form, deputy="C02-1 邻代表", branch=cast.gt01.pk, role="member", started_on="2026-01-01"),
    )
    assert answer.status_code == 200 and not foreigner.memberships.exists()


# --- Writing through services -----------------------------------------------------------------------------------


def test_edit_of_a_phone_goes_through_the_service(cast, signed_in):
    client = signed_in(cast.staff)
    change = url(Station, "change", cast.gt01.pk)
    answer = client.post(change, filled(client.get(change), phone="0319-1234567"))
    assert answer.status_code == 302
    cast.gt01.refresh_from_db()
    assert cast.gt01.phone == "0319-1234567"
    row = AuditLog.objects.get(action="edit_station", target_key="GT01")
    assert row.actor == cast.staff and row.detail["after"] == {"phone": "0319-1234567"}
    assert row.detail["before"] == {"phone": ""}


def test_renaming_a_township_renews_the_names_below(cast, signed_in):
    client = signed_in(cast.staff)
    change = url(Station, "change", cast.gt.pk)
    client.post(change, filled(client.get(change), name="官亭新镇"))
    cast.gt01.refresh_from_db()
    assert cast.gt01.full_name == "官亭新镇人大代表联络站第一分站"


def test_code_level_and_parent_stay(cast, signed_in):
    client = signed_in(cast.staff)
    change = url(Station, "change", cast.gt01.pk)
    form = client.get(change)
    assert set(form.context["adminform"].readonly_fields) == {"code", "level", "parent", "closed_on", "merged_into"}
    client.post(change, filled(form, code="OTHER", parent=cast.yt.pk, address="新地址"))
    cast.gt01.refresh_from_db()
    assert (cast.gt01.code, cast.gt01.parent_id, cast.gt01.address) == ("GT01", cast.gt.pk, "新地址")


def test_branch_is_opened_in_the_tree(cast, signed_in):
    client = signed_in(cast.staff)
    form = client.get(url(Station, "add"))
    data = filled(form, code="GT03", name="第三分站", parent=cast.gt.pk, opened_on="2026-01-01")
    assert client.post(url(Station, "add"), data).status_code == 302
    branch = Station.objects.get(code="GT03")
    assert (branch.level, branch.county_id, branch.full_name) == (
        "branch",
        cast.county.pk,
        "官亭镇人大代表联络站第三分站",
    )
    assert AuditLog.objects.filter(action="open_station", target_key="GT03", actor=cast.staff).exists()
    again = client.post(url(Station, "add"), data | {"name": "第四分站"})
    assert again.status_code == 200 and "编号" in errors(again) and not Station.objects.filter(name="第四分站").exists()


def test_refusal_of_a_service_comes_back_as_an_error_of_the_form(cast, signed_in):
    """The head must hold a county mandate: only the service knows."""
    client = signed_in(cast.staff)
    form = client.get(url(Membership, "add"))
    person = cast.deputies["GT02"][1]
    data = filled(
        form, deputy=f"{person.code} {person.name}", branch=cast.gt01.pk, role="head", started_on="2026-03-01"
    )
    answer = client.post(url(Membership, "add"), data)
    assert answer.status_code == 200 and "站长要由县级代表担任" in errors(answer)
    assert 'value="2026-03-01"' in answer.text and f'value="{person.code} 王芳"' in answer.text
    assert person.memberships.get().branch == cast.gt02


def test_deputy_is_edited_with_audit_of_columns_only(cast, signed_in):
    client = signed_in(cast.staff)
    change = url(Deputy, "change", cast.deputy_person.pk)
    assert client.post(change, filled(client.get(change), employer="新单位", phone="19900001234")).status_code == 302
    cast.deputy_person.refresh_from_db()
    assert (cast.deputy_person.employer, cast.deputy_person.phone) == ("新单位", "19900001234")
    assert AuditLog.objects.get(action="edit_deputy").detail == {"columns": ["employer", "phone"]}


def test_deputy_mandate_and_membership_are_added(cast, signed_in):
    client = signed_in(cast.staff)
    data = filled(client.get(url(Deputy, "add")), county=cast.county.pk, name="曾小燕", gender="女")
    assert client.post(url(Deputy, "add"), data).status_code == 302
    person = Deputy.objects.get(name="曾小燕")
    assert person.initials == "zxy" and person.code.startswith("JLX-")
    picked = f"{person.code} {person.name}"
    data = filled(
        client.get(url(Mandate, "add")), deputy=picked, level="township", term="第十七届", started_on="2026-01-01"
    )
    assert client.post(url(Mandate, "add"), data).status_code == 302
    data = filled(client.get(url(Membership, "add")), deputy=picked, branch=cast.gt01.pk, started_on="2026-01-01")
    assert client.post(url(Membership, "add"), data).status_code == 302
    assert person.memberships.get().branch == cast.gt01 and person.mandates.get().level == "township"
    change = url(Mandate, "change", person.mandates.get().pk)
    client.post(change, filled(client.get(change), ended_on="2026-06-30", end_reason="辞职"))
    assert person.mandates.get().ended_on == date(2026, 6, 30)


def test_a_certificate_number_is_filled_in_later_without_ending_the_mandate(cast, signed_in):
    client, mandate = signed_in(cast.staff), cast.deputy_person.mandates.get()
    change = url(Mandate, "change", mandate.pk)
    assert client.post(change, filled(client.get(change), certificate_number="乡字第7号")).status_code == 302
    mandate.refresh_from_db()
    assert (mandate.certificate_number, mandate.ended_on) == ("乡字第7号", None)


def test_scheme_of_a_new_year_takes_over_the_rules(cast, signed_in):
    client = signed_in(cast.admin)
    data = filled(client.get(url(Scheme, "add")), county=cast.county.pk, year=2027)
    assert client.post(url(Scheme, "add"), data).status_code == 302
    for year in (2026, 2027):
        assert Rule.objects.filter(version__scheme__year=year).count() == len(Item)


def test_holiday_is_typed_in_and_corrected(cast, signed_in):
    client = signed_in(cast.staff)
    data = filled(client.get(url(CalendarDay, "add")), date="2027-10-01", kind="holiday", name="国庆节")
    assert client.post(url(CalendarDay, "add"), data).status_code == 302
    day = CalendarDay.objects.get(date=date(2027, 10, 1))
    change = url(CalendarDay, "change", day.pk)
    client.post(change, filled(client.get(change), date="2027-10-02"))
    day.refresh_from_db()
    assert day.date == date(2027, 10, 2) and AuditLog.objects.filter(action="put_calendar_day").count() == 2


# --- Accounts and postings --------------------------------------------------------------------------------------


def new_account(client, **fields):
    form = client.get(url(User, "add"))
    data = filled(form, username="xinren", name="新人", role=Role.CLERK, started_on="2026-01-01", **fields)
    return client.post(url(User, "add"), data, follow=True)


def test_account_opens_with_posting_and_a_password_shown_once(cast, signed_in, client):
    answer = new_account(signed_in(cast.admin), station=cast.yt.pk)
    password = re.search(r"首次密码:(\S+?)。", answer.text).group(1)
    user = User.objects.get(username="xinren")
    assert user.must_change_password and user.check_password(password)
    assert (user.postings.get().station, user.postings.get().role) == (cast.yt, Role.CLERK)
    assert password not in signed_in(cast.admin).get(url(User)).text
    assert password not in str(list(AuditLog.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize("place", ["none", "centre"])
def test_account_whose_posting_does_not_fit_is_not_opened(cast, signed_in, place):
    fields = {"station": cast.county.pk} if place == "centre" else {}
    answer = new_account(signed_in(cast.admin), **fields)
    assert "请选站点" in errors(answer) or "层级不对" in errors(answer)
    assert not User.objects.filter(username="xinren").exists()


def test_account_is_stopped_but_never_the_own_one(cast, signed_in):
    client = signed_in(cast.admin)
    for who, active in ((cast.clerk, False), (cast.admin, True)):
        change = url(User, "change", who.pk)
        answer = client.post(change, filled(client.get(change), is_active=False))
        who.refresh_from_db()
        assert who.is_active is active
    assert "不能停用自己的账号" in errors(answer)


def test_forgotten_password_is_renewed(cast, signed_in):
    client = signed_in(cast.admin)
    answer = client.post(url(User), {"action": "renew_passwords", "_selected_action": [cast.clerk.pk]}, follow=True)
    password = re.search(r"首次密码:(\S+?)。", answer.text).group(1)
    cast.clerk.refresh_from_db()
    assert cast.clerk.check_password(password) and not cast.clerk.check_password(PASSWORD)
    assert cast.clerk.must_change_password


def test_deputies_get_their_accounts_from_the_list(cast, signed_in):
    client = signed_in(cast.staff)
    chosen = [cast.deputies["GT01"][2].pk, cast.deputy_person.pk]
    answer = client.post(url(Deputy), {"action": "open_accounts", "_selected_action": chosen}, follow=True)
    assert "李代表已经有账号了" in answer.text
    user = User.objects.get(username=cast.deputies["GT01"][2].code.lower())
    assert user.deputy.name == "陈卫" and user.postings.get().role == Role.DEPUTY


def test_posting_is_given_and_ended_never_to_oneself(cast, signed_in):
    client = signed_in(cast.admin)
    form = client.get(url(Posting, "add"))
    data = filled(form, user=cast.clerk.pk, role=Role.COUNTY_STAFF, station=cast.county.pk, started_on="2026-01-01")
    assert client.post(url(Posting, "add"), data).status_code == 302
    posting = cast.clerk.postings.get(role=Role.COUNTY_STAFF)
    own = client.post(url(Posting, "add"), data | {"user": cast.admin.pk})
    assert own.status_code == 200 and "不能安排自己的岗位" in errors(own)
    change = url(Posting, "change", posting.pk)
    assert client.post(change, filled(client.get(change), ended_on="2026-02-01")).status_code == 302
    posting.refresh_from_db()
    assert posting.ended_on == date(2026, 2, 1)


@pytest.mark.parametrize("model", [Station, Village, Deputy, Membership, Posting], ids=lambda model: model._meta.label)
def test_list_costs_the_same_with_few_rows_and_with_many(cast, signed_in, django_assert_max_num_queries, model):
    client = signed_in(cast.admin)
    client.get(url(model))
    counts = []
    for page_size in (1, 100):
        admin.site._registry[model].list_per_page, before = page_size, admin.site._registry[model].list_per_page
        try:
            with django_assert_max_num_queries(25) as spent:
                client.get(url(model))
        finally:
            admin.site._registry[model].list_per_page = before
        counts.append(len(spent))
    assert counts[0] == counts[1]
