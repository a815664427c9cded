"""Roles as bundles of rights: what each may, handovers (代管) and how they are marked, three separated duties."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from activities.permissions import can_file_log, can_void_log
from activities.services import Matter, SundayRow, file_log
from activities.states import Presence
from deputies.services import open_deputy_account
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from opinions.services import move_opinion, register_opinion
from stations.apps import second_factor_roles_exist
from stations.models import Posting
from stations.permissions import can_appoint, can_manage_account, can_open_admin, holds, needs_second_factor, roles_with
from stations.querysets import scope_of
from stations.services import (
    appoint,
    end_posting,
    hand_over,
    open_county_account,
    open_posted_account,
    open_station,
    renew_posted_password,
)
from stations.states import RIGHTS_OF, Right, Role
from tests.cast import OPENED, SUNDAY, account, moment


@pytest.fixture
def today():
    return today_here()


def posting_of(user) -> Posting:
    return user.postings.get(stands_in_for=None)


def test_every_role_is_a_bundle_and_every_right_is_in_one():
    assert set(RIGHTS_OF) == set(Role)
    assert all(roles_with(right) for right in Right)


def test_a_right_counts_at_the_postings_place_and_while_it_lasts(cast, today):
    assert holds(cast.clerk, Right.FILE_LOGS, cast.gt.pk)
    assert not holds(cast.clerk, Right.FILE_LOGS, cast.yt.pk)
    assert not holds(cast.clerk, Right.SET_RULES, cast.gt.pk, cast.county.pk)
    end_posting(posting=posting_of(cast.clerk), ended_on=today - timedelta(days=1), actor=cast.admin)
    assert not holds(cast.clerk, Right.FILE_LOGS, cast.gt.pk)


def test_an_auditor_reads_and_writes_nothing(cast):
    writing = set(Right) - {Right.READ_AUDIT, Right.MAKE_REPORTS}
    assert not [right for right in writing if holds(cast.auditor, right, cast.county.pk)]
    assert can_open_admin(cast.auditor)


# --- Handover ---------------------------------------------------------------------------------------------------


@pytest.fixture
def stood_in(cast, today):
    """The clerk of 阎疃镇 looks after 官亭镇 as well for two weeks."""
    return hand_over(
        posting=posting_of(cast.clerk), to=cast.stranger, started_on=today, ended_on=today + timedelta(days=13),
        actor=cast.admin,
    )  # fmt: skip


def test_whoever_stands_in_may_what_the_other_may_and_no_longer(cast, stood_in, today):
    assert can_file_log(cast.stranger, cast.gt01) and can_file_log(cast.clerk, cast.gt01)
    assert cast.gt.pk in scope_of(cast.stranger, today + timedelta(days=13)).townships
    assert cast.gt.pk not in scope_of(cast.stranger, today + timedelta(days=14)).townships


def test_every_act_by_it_is_marked_and_own_acts_are_not(cast, stood_in):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    file_log(row=row, on=SUNDAY, actor=cast.stranger, at=moment(SUNDAY))
    assert AuditLog.objects.filter(action="file_log").latest("pk").standing_in_for == cast.clerk
    own = SundayRow(branch=cast.yt01, attendance={cast.deputies["YT01"][0]: Presence.PRESENT})
    file_log(row=own, on=SUNDAY, actor=cast.stranger, at=moment(SUNDAY))
    assert AuditLog.objects.filter(action="file_log").latest("pk").standing_in_for is None


def test_a_tickets_history_names_both(cast, stood_in, signed_in):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(SUNDAY))
    move_opinion(opinion=ticket, move="escalate", actor=cast.stranger, at=moment(SUNDAY, 11))
    first, second = ticket.hops.in_order()
    assert first.actor_words == "官亭工作人员"
    assert second.actor_words == "阎疃工作人员(代管官亭工作人员的岗位)"
    assert second.actor_words in signed_in(cast.clerk).get(f"/opinions/{ticket.uid}/").text


def test_own_postings_go_before_a_handover_of_the_same(cast, today):
    colleague = account("guanting2", "官亭第二人")
    appoint(user=colleague, role=Role.CLERK, station=cast.gt, started_on=OPENED, actor=cast.admin)
    hand_over(posting=posting_of(cast.clerk), to=colleague, started_on=today, ended_on=today, actor=cast.admin)
    assert holds(colleague, Right.FILE_LOGS, cast.gt.pk)
    assert scope_of(colleague).handed_over == {}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"started_on": date(2019, 1, 1)}, "任期以内"),
        ({"ended_on": date(2021, 1, 1)}, "不能早于"),
    ],
)
def test_a_handover_needs_a_fitting_period(cast, today, change, sentence):
    period = {"started_on": today, "ended_on": today + timedelta(days=3)} | change
    with pytest.raises(DomainError, match=sentence):
        hand_over(posting=posting_of(cast.clerk), to=cast.stranger, actor=cast.admin, **period)


def test_what_cannot_be_handed_over(cast, stood_in, today):
    period = {"started_on": today, "ended_on": today}
    with pytest.raises(DomainError, match="不能再交给别人"):
        hand_over(posting=stood_in, to=cast.staff, actor=cast.admin, **period)
    with pytest.raises(DomainError, match="随驻站走"):
        hand_over(posting=cast.head.postings.get(), to=cast.staff, actor=cast.admin, **period)
    with pytest.raises(DomainError, match="本人"):
        hand_over(posting=posting_of(cast.clerk), to=cast.clerk, actor=cast.admin, **period)


def test_the_database_itself_wants_an_end_for_a_handover(cast, stood_in):
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(pk=stood_in.pk).update(ended_on=None)


def test_a_handover_ends_with_the_posting_behind_it_and_is_never_prolonged(cast, stood_in, today):
    with pytest.raises(DomainError, match="不能往后改"):
        end_posting(posting=stood_in, ended_on=today + timedelta(days=400), actor=cast.admin)
    end_posting(posting=stood_in.stands_in_for, ended_on=today, actor=cast.admin)
    stood_in.refresh_from_db()
    assert stood_in.ended_on == today
    assert cast.gt.pk not in scope_of(cast.stranger, today + timedelta(days=1)).townships


def test_one_stands_in_at_a_time_and_is_told(cast, stood_in, today):
    with pytest.raises(DomainError, match="已经由阎疃工作人员代管"):
        hand_over(
            posting=posting_of(cast.clerk), to=cast.staff, started_on=today, ended_on=today, actor=cast.admin
        )  # fmt: skip
    (notice,) = Notice.objects.filter(user=cast.stranger)
    assert "由您代管官亭工作人员的岗位" in notice.text


def test_neither_side_of_a_handover_changes_it(cast, today):
    second = account("xian9", "第二管理员")
    appoint(user=second, role=Role.COUNTY_ADMIN, station=cast.county, started_on=OPENED, actor=cast.admin)
    given = hand_over(
        posting=posting_of(cast.admin), to=cast.staff, started_on=today, ended_on=today, actor=second
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="自己"):
        end_posting(posting=given, ended_on=today, actor=cast.admin)


# --- Nobody edits their own role ----------------------------------------------------------------------------------


def test_nobody_gives_ends_or_hands_over_a_role_of_their_own(cast, today):
    with pytest.raises(NotAllowed, match="自己"):
        appoint(user=cast.admin, role=Role.AUDITOR, station=cast.county, started_on=today, actor=cast.admin)
    with pytest.raises(NotAllowed, match="自己"):
        end_posting(posting=posting_of(cast.admin), ended_on=today, actor=cast.admin)
    period = {"started_on": today, "ended_on": today, "actor": cast.admin}
    for posting, to in ((posting_of(cast.admin), cast.staff), (posting_of(cast.staff), cast.admin)):
        with pytest.raises(NotAllowed, match="自己"):
            hand_over(posting=posting, to=to, **period)


@pytest.mark.parametrize("who", ["staff", "auditor", "clerk", "head", "deputy", "officer", "chief"])
def test_only_administrators_appoint(cast, who, today):
    with pytest.raises(NotAllowed):
        appoint(
            user=cast.stranger, role=Role.CLERK, station=cast.gt, started_on=today, actor=getattr(cast, who)
        )  # fmt: skip


# --- Three duties for three people ----------------------------------------------------------------------------------


@pytest.fixture
def trio(cast, settings):
    """A county that separates its duties (三员分立): system, security and audit administrator."""
    settings.SEPARATE_DUTIES = True
    return cast.system, cast.security, cast.auditor


def test_each_of_the_three_has_its_own_duty_and_no_other(cast, trio):
    system, security, auditor = trio
    county = cast.county.pk
    for right, holder in (
        (Right.MANAGE_ACCOUNTS, system), (Right.APPOINT, security), (Right.READ_AUDIT, auditor),
    ):  # fmt: skip
        assert [person for person in (*trio, cast.admin, cast.staff) if holds(person, right, county)] == [holder]
    assert not any(holds(person, Right.MAINTAIN, county) for person in trio)
    assert holds(cast.admin, Right.MAINTAIN, county) and holds(cast.admin, Right.SET_RULES, county)


def test_one_opens_the_account_another_gives_the_role(cast, trio, today):
    system, security, _auditor = trio
    with pytest.raises(NotAllowed):
        open_posted_account(
            username="wang", name="新来的", role=Role.CLERK, station=cast.gt, started_on=today, actor=system
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        open_county_account(county_id=cast.county.pk, username="wang", name="新来的", actor=security)
    user, password = open_county_account(county_id=cast.county.pk, username="wang", name="新来的", actor=system)
    assert user.check_password(password) and user.must_change_password and not user.postings.exists()
    assert can_manage_account(system, user) and not can_manage_account(cast.admin, user)
    appoint(user=user, role=Role.CLERK, station=cast.gt, started_on=today, actor=security)
    assert holds(user, Right.FILE_LOGS, cast.gt.pk)
    renew_posted_password(account=user, actor=system)
    with pytest.raises(NotAllowed):
        renew_posted_password(account=user, actor=security)


def test_nobody_unites_two_of_the_three(cast, trio, today):
    system, security, auditor = trio
    for person, role in ((system, Role.AUDITOR), (auditor, Role.SYSTEM_ADMIN), (cast.staff, Role.AUDITOR)):
        with pytest.raises(DomainError, match="分别担任"):
            appoint(user=person, role=role, station=cast.county, started_on=today, actor=security)


def test_dates_do_not_get_around_the_separation(cast, trio, today):
    _system, security, auditor = trio
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    for first in (yesterday, tomorrow):
        with pytest.raises(DomainError, match="分别担任"):
            appoint(user=auditor, role=Role.SYSTEM_ADMIN, station=cast.county, started_on=first, actor=security)
    end_posting(posting=posting_of(auditor), ended_on=yesterday, actor=security)
    appoint(user=auditor, role=Role.COUNTY_STAFF, station=cast.county, started_on=today, actor=security)
    former = auditor.postings.get(role=Role.AUDITOR)
    with pytest.raises(DomainError, match="不能往后改"):
        end_posting(posting=former, ended_on=tomorrow, actor=security)


def test_the_system_administrator_gets_into_none_of_the_three(cast, trio, today):
    system, security, auditor = trio
    for person in (security, auditor):
        with pytest.raises(NotAllowed):
            renew_posted_password(account=person, actor=system)
    assert renew_posted_password(account=cast.clerk, actor=system)
    call_command("renew_password", security.username, stdout=(said := StringIO()))
    security.refresh_from_db()
    assert security.check_password(said.getvalue().strip()) and security.must_change_password


def test_deputies_accounts_are_the_system_administrators_then(cast, trio):
    person = cast.deputies["GT01"][3]
    with pytest.raises(NotAllowed, match="系统管理员"):
        open_deputy_account(deputy=person, actor=cast.staff)


def test_an_administrator_reaches_no_account_that_serves_elsewhere(cast, today):
    """Having served here once, or auditing there, opens nobody's account."""
    neighbour = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    boss = account("linxian", "邻县管理员")
    appoint(user=boss, role=Role.COUNTY_ADMIN, station=neighbour, started_on=OPENED, actor=None)
    appoint(user=cast.admin, role=Role.AUDITOR, station=neighbour, started_on=OPENED, actor=None)
    assert not can_manage_account(cast.admin, boss)
    end_posting(posting=posting_of(cast.clerk), ended_on=today - timedelta(days=1), actor=cast.admin)
    assert can_manage_account(cast.admin, cast.clerk)
    appoint(user=cast.clerk, role=Role.COUNTY_STAFF, station=neighbour, started_on=OPENED, actor=boss)
    assert not can_manage_account(cast.admin, cast.clerk)


@pytest.mark.parametrize("who", ["admin", "auditor", "system"])
@pytest.mark.parametrize(
    "question", ["password__startswith=a", "sessions__session_key__regex=^a", "api_tokens__digest__startswith=a",
                 "username__startswith=x", "totpdevice__key__startswith=a"],
)  # fmt: skip
def test_an_address_asks_only_what_the_page_filters_by(cast, signed_in, who, question):
    """One answer after another would spell out a password's digest or a session's key."""
    assert signed_in(getattr(cast, who)).get(f"/admin/accounts/user/?{question}").status_code == 400


def test_filters_of_the_page_still_work(cast, signed_in):
    client = signed_in(cast.admin)
    assert client.get("/admin/accounts/user/?is_active__exact=1").status_code == 200
    assert client.get("/admin/scoring/rule/?version__scheme__year=2026").status_code == 200
    assert client.get("/admin/common/calendarday/?date__year=2026").status_code == 200


def test_the_three_open_the_admin_and_see_only_their_part(cast, trio, signed_in):
    system, security, auditor = trio
    accounts, postings, deputies = (
        "/admin/accounts/user/", "/admin/stations/posting/", "/admin/deputies/deputy/",
    )  # fmt: skip
    for person, seen in ((system, {accounts}), (security, {postings}), (auditor, {accounts, postings, deputies})):
        client = signed_in(person)
        assert {url for url in (accounts, postings, deputies) if client.get(url).status_code == 200} == seen
    assert signed_in(system).get("/opinions/").status_code in (200, 403)
    assert "安家庄" not in signed_in(system).get("/admin/").text


def test_the_county_administrator_without_separation_does_both(cast):
    assert can_appoint(cast.admin, cast.county.pk) and can_manage_account(cast.admin, cast.clerk)
    assert can_void_log(cast.admin, type("Log", (), {"station_id": cast.gt.pk, "county_id": cast.county.pk}))


def test_a_setting_can_ask_roles_for_a_second_factor(cast, settings):
    settings.TOTP_ROLES = ["county_admin", "auditor"]
    assert needs_second_factor(cast.admin) and needs_second_factor(cast.auditor)
    assert not needs_second_factor(cast.clerk)


def test_a_misspelt_role_is_told_at_the_start(settings):
    settings.TOTP_ROLES = ["county_admin", "clark"]
    (problem,) = second_factor_roles_exist(None)
    assert "clark" in problem.msg and "county_admin、" in problem.msg


def test_the_admin_hands_a_posting_over(cast, signed_in, today):
    page = "/admin/stations/posting/add/"
    data = {
        "user": cast.stranger.pk, "stands_in_for": posting_of(cast.clerk).pk, "role": "", "station": "",
        "department": "", "started_on": today.isoformat(), "ended_on": "",
    }  # fmt: skip
    client = signed_in(cast.admin)
    assert "代管要写明到哪天为止" in client.post(page, data).text
    assert client.post(page, data | {"ended_on": today.isoformat()}).status_code == 302
    given = cast.stranger.postings.get(station=cast.gt)
    assert (given.role, given.stands_in_for.user) == (Role.CLERK, cast.clerk)
