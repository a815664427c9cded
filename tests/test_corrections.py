"""更正申请: who may ask for what, who settles it, what each step does in each state, and who is told."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from deputies.models import CorrectionRequest, Deputy, Mandate
from deputies.services.corrections import ask_correction, move_correction
from deputies.states import CorrectionState
from deputies.workflow import CORRECTION_MOVES, correction_moves_open_to
from julu_liaison.accounts.models import User
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.notices.models import Notice
from stations.models import Posting
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
TITLES = {"deputy": "人大代表资料", "account": "账号", "mandates": "代表资格"}
COLUMNS = {"phone": "电话", "name": "姓名", "employer": "工作单位", "term": "届次"}
ROLES = ("admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer")


def ask(actor, topic="deputy", column="phone", value="19900007777", at=AT, **more) -> CorrectionRequest:
    facts = {"topic": topic, "topic_title": TITLES[topic], "column": column, "column_title": COLUMNS[column]}
    return ask_correction(**facts, right_value=value, reason="换了号码", actor=actor, at=at, **more)


def step(row, move, actor, **more) -> CorrectionRequest:
    return move_correction(request=row, move=move, actor=actor, at=AT, **more)


# --- Asking -----------------------------------------------------------------------------------------------------


def test_a_deputys_request_goes_to_county_staff_and_an_accounts_to_its_keepers(cast):
    ask(cast.deputy)
    assert {notice.user for notice in Notice.objects.all()} == {cast.admin, cast.staff}
    Notice.objects.all().delete()
    row = ask(cast.clerk, "account")
    assert {notice.user for notice in Notice.objects.all()} == {cast.admin, cast.system}
    assert Notice.objects.first().link == row.page and row.due_on == date(2026, 3, 20)  # 15 working days after a Sunday


def test_holidays_are_no_working_days(cast):
    CalendarDay.objects.create(date=date(2026, 3, 3), kind="holiday", name="放假")
    assert ask(cast.deputy).due_on == date(2026, 3, 23)


def test_the_same_is_asked_for_once_at_a_time(cast):
    row = ask(cast.deputy)
    with pytest.raises(Conflict, match="还在办理"):
        ask(cast.deputy)
    ask(cast.deputy, column="employer")
    step(row, "withdraw", cast.deputy)
    assert ask(cast.deputy).pk != row.pk


def test_what_is_right_and_why_must_be_said(cast):
    with pytest.raises(DomainError) as error:
        ask_correction(
            topic="deputy", topic_title="人大代表资料", right_value=" ", reason="长" * 201, actor=cast.deputy, at=AT
        )
    assert set(error.value.fields) == {"right_value", "reason"} and not CorrectionRequest.objects.exists()


def test_an_administrator_whom_nobody_could_answer_is_told_what_to_do(cast):
    Posting.objects.filter(user=cast.system).update(ended_on=SUNDAY - timedelta(days=1))
    with pytest.raises(Conflict, match="资料维护"):
        ask(cast.admin, "account")


# --- Settling ---------------------------------------------------------------------------------------------------


def test_applying_writes_the_column_by_its_own_service(cast):
    row = step(ask(cast.deputy), "apply", cast.staff)
    person = Deputy.objects.get(pk=cast.deputy_person.pk)
    assert person.phone == "19900007777" and row.state == CorrectionState.DONE
    assert AuditLog.objects.filter(action="edit_deputy", actor=cast.staff).exists()
    assert person.history.first().history_user == cast.staff
    told = Notice.objects.get(user=cast.deputy)
    assert "已经更正" in told.text and told.link == row.page


def test_applying_to_an_account(cast):
    step(ask(cast.clerk, "account", "name", "官小庄"), "apply", cast.system)
    assert User.objects.get(pk=cast.clerk.pk).name == "官小庄"


def test_what_the_column_cannot_take_is_refused_and_nothing_moves(cast):
    row = ask(cast.deputy, value="电话是一二三")
    with pytest.raises(DomainError, match="不能直接用"):
        step(row, "apply", cast.staff)
    row = ask(cast.deputy, column="employer", value="单" * 90)
    with pytest.raises(DomainError, match="太长"):
        step(row, "apply", cast.staff)
    assert set(CorrectionRequest.objects.values_list("state", "version")) == {("asked", 1)}
    assert Deputy.objects.get(pk=cast.deputy_person.pk).employer == "官亭镇中心小学"


def test_what_is_no_plain_column_is_corrected_on_its_page(cast):
    row = ask(cast.deputy, "mandates", "term", "第十八届")
    with pytest.raises(Conflict, match="资料页面"):
        step(row, "apply", cast.staff)
    assert step(row, "settle", cast.staff, note="凭证书").state == CorrectionState.DONE


def test_a_refusal_needs_its_reason_and_the_asker_reads_it(cast, signed_in):
    row = ask(cast.deputy)
    with pytest.raises(DomainError) as error:
        step(row, "refuse", cast.staff, note=" ")
    assert "note" in error.value.fields
    step(row, "refuse", cast.staff, note="和身份证不一致")
    assert "没有更正" in Notice.objects.get(user=cast.deputy).text
    text = signed_in(cast.deputy).get(row.page).text
    assert "和身份证不一致" in text and "县工作人员" in text


def allowed(cast, row, move) -> set[str]:
    return {who for who in ROLES if CORRECTION_MOVES[move].allowed(getattr(cast, who), row)}


def test_who_may_what(cast):
    own, account = ask(cast.deputy), ask(cast.clerk, "account")
    for move in ("apply", "settle", "refuse"):
        assert allowed(cast, own, move) == {"admin", "staff"}
        assert allowed(cast, account, move) == {"admin", "system"}
    assert allowed(cast, own, "withdraw") == {"deputy"} and allowed(cast, account, "withdraw") == {"clerk"}


def test_nobody_settles_the_own_request(cast):
    row = ask(cast.staff, "account")
    assert "staff" not in allowed(cast, row, "apply")
    row = ask(cast.admin, "account")
    with pytest.raises(NotAllowed):
        step(row, "apply", cast.admin)


@pytest.mark.parametrize("move", CORRECTION_MOVES)
@pytest.mark.parametrize("state", CorrectionState)
@pytest.mark.parametrize("who", ["staff", "deputy", "clerk", "auditor"])
def test_every_state_every_move_every_role(cast, state, move, who):
    row = ask(cast.deputy)
    CorrectionRequest.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    actor, entry = getattr(cast, who), CORRECTION_MOVES[move]
    fits, may = state in entry.sources, entry.allowed(actor, row)
    assert (entry in correction_moves_open_to(actor, row)) == (fits and may)
    if fits and may:
        after = step(row, move, actor, note="原因")
        assert after.state == entry.target and after.version == 2
        assert [one.move for one in row.steps.all()] == ["ask", move]
        assert AuditLog.objects.get(action=f"{move}_correction").actor == actor
        return
    with pytest.raises(Conflict if not fits else NotAllowed):
        step(row, move, actor, note="原因")
    row.refresh_from_db()
    assert (row.state, row.version, row.steps.count()) == (state, 1, 1)


def test_an_older_reading_is_refused(cast):
    with pytest.raises(StaleVersion):
        step(ask(cast.deputy), "settle", cast.staff, version=0)


# --- Pages ------------------------------------------------------------------------------------------------------


def test_asking_on_the_page(cast, signed_in):
    client, url = signed_in(cast.deputy), reverse("correction-ask")
    assert f'value="deputy.0.phone">联系电话:{cast.deputy_person.phone}<' in client.get(url).text
    typed = {"what": "deputy.0.phone", "right_value": "19900007777", "reason": "换号"}
    bad = client.post(url, typed | {"reason": ""})
    assert bad.status_code == 400 and "19900007777" in bad.text
    answer = client.post(url, typed)
    row = CorrectionRequest.objects.get()
    assert answer["Location"] == row.page and (row.topic, row.column, row.column_title) == ("deputy", "phone", "联系电话")
    assert row.old_value == cast.deputy_person.phone
    assert client.post(url, typed).status_code == 409


@pytest.mark.parametrize("what", ["deputy.0.phone", "tickets.0.text", "account.0.password", "account.1.phone", "nothing"])
def test_nobody_asks_about_what_is_not_shown_to_them(cast, signed_in, what):
    answer = signed_in(cast.clerk).post(reverse("correction-ask"), {"what": what, "right_value": "x", "reason": "y"})
    assert answer.status_code == 400 and not CorrectionRequest.objects.exists()


def test_only_what_can_be_wrong_is_offered_and_each_row_by_itself(cast, signed_in):
    """Attendance and points have ways of their own; of two mandates the right one can be pointed at."""
    first = cast.deputy_person.mandates.get()
    second = Mandate.objects.create(deputy=cast.deputy_person, level="province", term=first.term, started_on=first.started_on)
    client, url = signed_in(cast.deputy), reverse("correction-ask")
    form = client.get(url).context["form"]
    assert {key.partition(".")[0] for key in form.named} == {"deputy", "portrait", "mandates", "memberships", "account", "postings"}
    typed = {"right_value": "第十八届", "reason": "凭证书"}
    for row in (first, second):
        assert client.post(url, typed | {"what": f"mandates.{row.pk}.term"}).status_code == 302
    asked = CorrectionRequest.objects.order_by("pk")
    assert [one.row_key for one in asked] == [first.pk, second.pk]
    assert second.get_level_display() in asked[1].what and asked[1].old_value == second.term


def test_asking_costs_the_same_with_more_rows(cast, signed_in, django_assert_max_num_queries):
    client, costs, held = signed_in(cast.deputy), [], cast.deputy_person.mandates.get()
    for level in ("city", "province"):
        with django_assert_max_num_queries(16) as spent:
            client.get(reverse("correction-ask"))
        costs.append(sum("SAVEPOINT" not in query["sql"] for query in spent.captured_queries))
        Mandate.objects.create(deputy=cast.deputy_person, level=level, term=held.term, started_on=held.started_on)
    assert costs[0] == costs[1]


def test_what_stood_there_stays_to_be_read(cast, signed_in):
    old = cast.deputy_person.phone
    row, client = ask(cast.deputy, old_value=old), signed_in(cast.staff)
    assert "现在是" in client.get(row.page).text
    step(row, "apply", cast.staff)
    for who in (cast.staff, cast.deputy):
        text = signed_in(who).get(row.page).text
        assert "申请时是" in text and old in text and "现在是" not in text
    assert old not in signed_in(cast.auditor).get(row.page).text


def test_what_waits_stands_on_the_consoles_first_page(cast, signed_in):
    ask(cast.deputy), ask(cast.clerk, "account")
    for who, number in ((cast.admin, 2), (cast.staff, 1), (cast.auditor, None)):
        tasks = signed_in(who).get(reverse("console")).context["tasks"]
        assert {task.label: task.number for task in tasks}.get("更正申请等答复") == number


def test_settling_on_the_page(cast, signed_in):
    old = cast.deputy_person.phone
    row, client = ask(cast.deputy, old_value=old), signed_in(cast.staff)
    text = client.get(row.page).text
    assert cast.deputy_person.phone in text and "19900007777" in text and "照此更正" in text
    answer = client.post(reverse("correction-move", args=[row.uid, "apply"]), {"version": 1, "note": ""})
    assert answer["Location"] == row.page
    assert "照此更正" not in client.get(row.page).text.partition("办理过程")[0]
    again = client.post(reverse("correction-move", args=[row.uid, "refuse"]), {"version": 1, "note": "不"})
    assert again.status_code == 409 and "已更正" in again.text


def test_the_value_of_today_is_for_whoever_settles_alone(cast, signed_in):
    row = ask(cast.deputy)
    text = signed_in(cast.auditor).get(row.page).text
    assert "19900007777" in text and "现在是" not in text and "照此更正" not in text


@pytest.mark.parametrize(
    ("who", "status"), [("deputy", 200), ("admin", 200), ("auditor", 200), ("system", 200), ("clerk", 404), ("head", 404)]
)
def test_who_reads_a_request(cast, signed_in, who, status):
    assert signed_in(getattr(cast, who)).get(ask(cast.deputy).page).status_code == status


def test_the_list_of_whoever_settles(cast, signed_in):
    ask(cast.deputy), ask(cast.clerk, "account")
    url = reverse("corrections")
    assert len(signed_in(cast.staff).get(url).context["rows"]) == 1
    assert len(signed_in(cast.admin).get(url).context["rows"]) == 2
    assert signed_in(cast.auditor).get(url).context["rows"] == []
    assert len(signed_in(cast.auditor).get(url, {"show": "all"}).context["rows"]) == 2
    assert signed_in(cast.clerk).get(url).status_code == 403
    assert signed_in(cast.admin).get(url, {"show": "x"}).status_code == 404


def test_the_list_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries):
    client, costs = signed_in(cast.staff), []
    for rows in (1, 3):
        while CorrectionRequest.objects.count() < rows:
            ask(cast.deputy, column=("phone", "employer", "name")[CorrectionRequest.objects.count()])
        with django_assert_max_num_queries(12) as spent:
            assert len(client.get(reverse("corrections")).context["rows"]) == rows
        costs.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert costs[0] == costs[1]
