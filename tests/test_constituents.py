"""Whom a deputy keeps in touch with: five at a time, by whom written down, who sees which villager, what is kept."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from deputies.models import Constituent, Contact
from deputies.services import (
    NewConstituent,
    NewContact,
    add_constituent,
    assign_to_branch,
    edit_constituent,
    end_constituent,
    end_mandate,
    grant_mandate,
    link_account,
    load_constituents,
    load_contacts,
    record_contact,
    void_contact,
)
from deputies.states import ContactForm, MandateLevel
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import changes_of
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from stations.models import Village
from stations.services import add_village, open_station
from tests.cast import OPENED, account, make_deputy, moment

pytestmark = pytest.mark.django_db

NAME, PHONE = "郑冬梅", "19900007001"
START, DAY = date(2026, 1, 5), date(2026, 3, 2)


@pytest.fixture
def known(cast) -> Constituent:
    return add(cast, phone=PHONE, village=cast.village)


def add(cast, *, name=NAME, deputy=None, actor=None, started_on=START, **fields) -> Constituent:
    return add_constituent(
        deputy=deputy or cast.deputy_person, name=name, started_on=started_on, actor=actor or cast.clerk, **fields
    )


def touch(row, actor, on=DAY, form=ContactForm.VISIT, **fields) -> Contact:
    return record_contact(constituent=row, date=on, form=form, actor=actor, at=moment(DAY), **fields)


def refused(field: str, act) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    assert field in caught.value.fields
    return caught.value.message


# ---- Writing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["deputy", "head", "clerk", "staff", "admin"])
def test_the_deputy_the_head_the_clerk_and_the_county_write_down(cast, who):
    row = add(cast, actor=getattr(cast, who))
    edit_constituent(constituent=row, actor=getattr(cast, who), note="种粮大户")
    contact = touch(row, getattr(cast, who))
    void_contact(contact=contact, reason="记到别人名下了", actor=getattr(cast, who))
    end_constituent(constituent=row, ended_on=DAY, reason="迁出本村", actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["stranger", "auditor", "officer", "chief"])
def test_nobody_else_does(cast, known, who):
    actor = getattr(cast, who)
    contact = touch(known, cast.clerk)
    for act in (
        lambda: add(cast, name="吴大海", actor=actor),
        lambda: edit_constituent(constituent=known, actor=actor, note="x"),
        lambda: end_constituent(constituent=known, ended_on=DAY, reason="迁出", actor=actor),
        lambda: touch(known, actor),
        lambda: void_contact(contact=contact, reason="错", actor=actor),
        lambda: load_constituents(
            county=cast.county, people=[NewConstituent(cast.deputy_person, "吴大海", START)], actor=actor
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_member_keeps_no_colleagues_constituents(cast):
    with pytest.raises(NotAllowed):
        add(cast, deputy=cast.head_person, actor=cast.deputy)


def test_five_at_a_time_and_the_sixth_after_one_has_ended(cast):
    rows = [add(cast, name=f"选民{number}") for number in "一二三四五"]
    with pytest.raises(Conflict, match="名额已经满了"):
        add(cast, name="选民六")
    end_constituent(constituent=rows[0], ended_on=DAY, reason="迁出本村", actor=cast.clerk)
    with pytest.raises(Conflict):
        add(cast, name="选民六", started_on=DAY)  # the last day still counts
    add(cast, name="选民六", started_on=DAY + timedelta(days=1))


def test_a_first_day_cannot_be_moved_to_where_five_are_already(cast):
    rows = [add(cast, name=f"选民{number}") for number in "一二三四五"]
    end_constituent(constituent=rows[0], ended_on=DAY, reason="迁出本村", actor=cast.clerk)
    late = add(cast, name="选民六", started_on=DAY + timedelta(days=1))
    with pytest.raises(Conflict):
        edit_constituent(constituent=late, actor=cast.clerk, started_on=DAY)


def test_only_for_deputies_of_the_county_or_township_congress_on_that_day(cast):
    other = make_deputy(cast, "省代表", cast.gt01)
    end_mandate(mandate=other.mandates.get(), ended_on=date(2025, 12, 31), reason="调离", actor=cast.admin)
    grant_mandate(deputy=other, level=MandateLevel.PROVINCE, term="第十四届", started_on=OPENED, actor=cast.admin)
    assert "县级或乡级" in refused("started_on", lambda: add(cast, deputy=other))
    row = add(cast, deputy=other, started_on=date(2025, 12, 31))
    refused("date", lambda: touch(row, cast.clerk, date(2026, 1, 1)))
    touch(row, cast.clerk, date(2025, 12, 31))


def test_what_is_typed_is_tidied(cast):
    row = add(cast, name=" 郑\u3000冬 ", phone="+86 199-0000-7001", note=" 养羊\n户 ")
    assert (row.name, row.phone, row.note) == ("郑冬", "19900007001", "养羊户")
    assert edit_constituent(constituent=row, actor=cast.clerk, phone="１９９００００７００２").phone == "19900007002"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " \u3000"}),
        ("name", {"name": "123"}),
        ("name", {"name": "郑" * 41}),
        ("phone", {"phone": "1990000"}),
        ("phone", {"phone": "199000070011"}),
        ("started_on", {"started_on": today_here() + timedelta(days=1)}),
    ],
)
def test_what_cannot_be_right_is_refused(cast, field, values):
    refused(field, lambda: add(cast, **values))


def test_villages_are_the_countys_own(cast):
    far = open_station(code="C02", name="别县", parent=None, opened_on=OPENED, actor=None)
    town = open_station(code="C02-A", name="别镇", parent=far, opened_on=OPENED, actor=None)
    branch = open_station(code="C02-A1", name="第一分站", parent=town, opened_on=OPENED, actor=None)
    foreign = Village.objects.create(name="别村", branch=branch)
    refused("village", lambda: add(cast, village=foreign))
    row = add(cast, village=cast.village)
    refused("village", lambda: edit_constituent(constituent=row, actor=cast.clerk, village=foreign))


def test_the_same_person_is_written_down_once(cast, known):
    with pytest.raises(Conflict):
        add(cast, name="郑 冬 梅", phone=PHONE)
    add(cast, phone="19900007009")  # a namesake with a phone of her own


def test_ending_keeps_the_records_and_asks_why(cast, known):
    touch(known, cast.clerk)
    refused("reason", lambda: end_constituent(constituent=known, ended_on=DAY, reason=" ", actor=cast.clerk))
    for day in (START - timedelta(days=1), DAY - timedelta(days=1), today_here() + timedelta(days=1)):
        refused(
            "ended_on",
            lambda day=day: end_constituent(constituent=known, ended_on=day, reason="迁出", actor=cast.clerk),
        )
    ended = end_constituent(constituent=known, ended_on=DAY, reason="迁出", actor=cast.clerk)
    assert (ended.ended_on, ended.end_reason, ended.contacts.count()) == (DAY, "迁出", 1)
    with pytest.raises(Conflict):
        end_constituent(constituent=known, ended_on=DAY, reason="迁出", actor=cast.clerk)


def test_contacts_lie_within_the_time_and_not_ahead(cast, known):
    refused("date", lambda: touch(known, cast.clerk, START - timedelta(days=1)))
    refused("date", lambda: touch(known, cast.clerk, DAY + timedelta(days=1)))  # `at` is DAY
    refused("form", lambda: touch(known, cast.clerk, form="letter"))
    end_constituent(constituent=known, ended_on=DAY - timedelta(days=1), reason="迁出", actor=cast.clerk)
    known.refresh_from_db()
    refused("date", lambda: touch(known, cast.clerk))


def test_the_same_contact_sent_twice_is_one(cast, known):
    first = touch(known, cast.deputy, note="问了灌溉")
    assert touch(known, cast.deputy, note=" 问了灌溉 ").pk == first.pk
    void_contact(contact=first, reason="记错了", actor=cast.deputy)
    assert touch(known, cast.deputy, note="问了灌溉").pk != first.pk
    assert (Contact.objects.count(), Contact.objects.valid().count()) == (2, 1)


def test_a_voided_contact_stays_with_its_reason(cast, known):
    contact = touch(known, cast.deputy)
    refused("reason", lambda: void_contact(contact=contact, reason="", actor=cast.deputy))
    assert void_contact(contact=contact, reason="记错了人", actor=cast.deputy).void_reason == "记错了人"
    with pytest.raises(Conflict):
        void_contact(contact=contact, reason="再来", actor=cast.deputy)


def test_a_first_day_is_corrected_only_to_where_the_records_allow(cast, known):
    touch(known, cast.clerk)
    refused(
        "started_on", lambda: edit_constituent(constituent=known, actor=cast.clerk, started_on=DAY + timedelta(days=1))
    )
    assert edit_constituent(constituent=known, actor=cast.clerk, started_on=DAY).started_on == DAY
    refused("deputy", lambda: edit_constituent(constituent=known, actor=cast.clerk, deputy=cast.head_person))


# ---- Loading many ------------------------------------------------------------------------------------------------


def many(cast, each=5) -> list[NewConstituent]:
    people = [deputy for group in cast.deputies.values() for deputy in group]
    return [
        NewConstituent(
            deputy, f"村民{'甲乙丙丁戊己'[number]}", START, phone=f"1990000{index:03d}{number}", village=cast.village
        )
        for index, deputy in enumerate(people)
        for number in range(each)
    ]


def test_many_are_loaded_in_a_fixed_number_of_queries(cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        load_constituents(county=cast.county, people=many(cast), actor=cast.staff)
    assert Constituent.objects.count() == 5 * 8
    row = AuditLog.objects.get(action="load_constituents")
    assert row.detail == {"added": 40, "deputies": 8}
    assert [change.kind for change in changes_of(Constituent.objects.first())] == ["新增"]


def test_loading_obeys_the_same_rules_and_says_which_row(cast):
    def load(people, actor=cast.staff):
        with pytest.raises(DomainError) as caught:
            load_constituents(county=cast.county, people=people, actor=actor)
        assert Constituent.objects.count() == 0
        return caught.value

    assert load(many(cast, each=6)).details["row"] == 5
    good = many(cast)[0]
    assert load([good, NewConstituent(cast.deputy_person, "某某", START, phone="12")]).details["row"] == 1
    assert load([good, NewConstituent(cast.deputy_person, "某某", OPENED - timedelta(days=1))]).details["row"] == 1
    assert (
        load([good, NewConstituent(cast.deputy_person, "某某", today_here() + timedelta(days=1))]).details["row"] == 1
    )
    assert isinstance(load(many(cast), actor=cast.clerk), NotAllowed)  # 阎疃's deputies are among them


def test_a_clerk_loads_for_the_own_station(cast):
    mine = [new for new in many(cast) if new.deputy in cast.deputies["GT01"]]
    assert len(load_constituents(county=cast.county, people=mine, actor=cast.clerk)) == 20


def test_contacts_are_loaded_by_the_county(cast, known):
    new = [NewContact(known, START + timedelta(days=days), ContactForm.PHONE) for days in range(10)]
    load_contacts(county=cast.county, contacts=new, actor=cast.staff, at=moment(DAY))
    assert known.contacts.count() == 10
    with pytest.raises(NotAllowed):
        load_contacts(county=cast.county, contacts=new, actor=cast.stranger, at=moment(DAY))
    with pytest.raises(DomainError):
        load_contacts(
            county=cast.county, contacts=[NewContact(known, OPENED, ContactForm.PHONE)], actor=None, at=moment(DAY)
        )


# ---- Who sees ----------------------------------------------------------------------------------------------------


def seers(cast) -> set[str]:
    people = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief", "other_officer")
    found = set()
    for name in people:
        user = getattr(cast, name)
        user.__dict__.pop("_scope", None)
        rows = Constituent.objects.visible_to(user)
        assert rows.exists() == Contact.objects.visible_to(user).exists()
        if rows.exists():
            found.add(name)
    return found


COUNTY = {"admin", "staff", "auditor"}


def test_who_sees_a_members_and_a_heads_constituents(cast):
    row = add(cast)
    touch(row, cast.clerk)
    assert seers(cast) == COUNTY | {"clerk", "head", "deputy"}
    Contact.objects.all().delete()
    row.history.all().delete()
    row.delete()
    touch(add(cast, deputy=cast.head_person), cast.clerk)
    assert seers(cast) == COUNTY | {"clerk", "head"}


def test_a_deputy_who_moves_takes_the_constituents_along(cast):
    person = cast.deputies["GT01"][2]
    touch(add(cast, deputy=person), cast.clerk)
    assert seers(cast) == COUNTY | {"clerk", "head"}
    other = cast.deputies["YT01"][0]
    other_head = account("yanzhan", "阎疃站长")
    link_account(deputy=other, user=other_head, actor=cast.admin)
    assign_to_branch(deputy=person, branch=cast.yt01, role="member", started_on=today_here(), actor=cast.admin)
    assert seers(cast) == COUNTY | {"stranger"}  # the clerk of 阎疃, not the one of 官亭
    assert Constituent.objects.visible_to(other_head).exists()
    touch(Constituent.objects.get(), other_head)
    with pytest.raises(NotAllowed):
        touch(Constituent.objects.get(), cast.head, form=ContactForm.PHONE)


def test_a_move_still_to_come_changes_nothing_yet(cast):
    person = cast.deputies["GT01"][2]
    touch(add(cast, deputy=person), cast.clerk)
    assign_to_branch(
        deputy=person, branch=cast.yt01, role="member", started_on=today_here() + timedelta(days=9), actor=cast.admin
    )
    assert seers(cast) == COUNTY | {"clerk", "head"}


def test_a_former_deputys_constituents_stay_with_the_station_and_the_county(cast):
    person = cast.deputies["GT01"][2]
    touch(add(cast, deputy=person), cast.clerk)
    membership = person.memberships.get()
    membership.ended_on = today_here() - timedelta(days=1)
    membership.save()
    assert seers(cast) == COUNTY | {"clerk"}


# ---- Nothing told ------------------------------------------------------------------------------------------------


def test_no_villager_in_audit_texts_notices_or_history(cast, known):
    edit_constituent(constituent=known, actor=cast.clerk, name="郑冬梅兰", phone="19900007003")
    contact = touch(known, cast.clerk, note="郑冬梅说井水浑")
    void_contact(contact=contact, reason="记错了", actor=cast.clerk)
    end_constituent(constituent=known, ended_on=DAY, reason="迁出", actor=cast.clerk)
    told = json.dumps(list(AuditLog.objects.values_list("detail", "target_key")), ensure_ascii=False, default=str)
    told += str(known) + str(contact) + str(known.history.first())
    told += "".join(Notice.objects.values_list("text", flat=True))
    told += repr([change.differences for change in changes_of(known)])
    assert len(changes_of(known)) == 3
    for secret in ("郑冬梅", PHONE, "19900007003", "7003"):
        assert secret not in told


def test_names_and_phones_are_encrypted_in_both_tables(cast, known):
    with connection.cursor() as cursor:
        for table in ("deputies_constituent", "deputies_historicalconstituent"):
            cursor.execute(f"SELECT name, phone FROM {table}")  # noqa: S608 - names of our own
            assert NAME not in str(cursor.fetchall())


# ---- Pages -------------------------------------------------------------------------------------------------------


def looks() -> list[dict]:
    return list(AuditLog.objects.filter(action="view_constituents").values_list("detail", flat=True))


def test_the_deputys_own_list(cast, known, signed_in):
    client = signed_in(cast.deputy)
    answer = client.get(reverse("my-constituents"))
    assert NAME in answer.text and f"tel:{PHONE}" in answer.text and "安家庄村" in answer.text
    assert "还没联系过" in answer.text and "还可以再联系4位" in answer.text
    assert "我联系的选民" in client.get(reverse("me")).text
    assert looks() == []  # one's own need no record
    assert client.get(reverse("constituents", args=[cast.deputy_person.code])).url == reverse("my-constituents")


def test_a_contact_written_down_from_the_list(cast, known, signed_in):
    client = signed_in(cast.deputy)
    sent = {"date": (today_here() - timedelta(days=12)).isoformat(), "form": "visit", "note": " 问了灌溉 "}
    answer = client.post(reverse("constituent-contact", args=[known.uid]), sent, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("my-constituents")
    assert "12天前" in answer.text and "上门走访" in answer.text and "记下了" in answer.text
    contact = Contact.objects.get()
    assert (contact.note, contact.recorded_by) == ("问了灌溉", cast.deputy)


def test_what_was_typed_stays_when_the_date_is_wrong(cast, known, signed_in):
    sent = {"date": (today_here() + timedelta(days=1)).isoformat(), "form": "visit", "note": "问了灌溉"}
    answer = signed_in(cast.deputy).post(reverse("constituent-contact", args=[known.uid]), sent)
    assert answer.status_code == 400 and "不能晚于今天" in answer.text and "问了灌溉" in answer.text
    answer = signed_in(cast.deputy).post(reverse("constituent-contact", args=[known.uid]), {"date": ""})
    assert answer.status_code == 400 and "请填哪天联系的" in answer.text and "请选联系的方式" in answer.text
    assert not Contact.objects.exists()


def test_add_change_and_end_on_the_pages(cast, signed_in):
    client, code = signed_in(cast.deputy), cast.deputy_person.code
    sent = {"name": "郑 冬", "phone": "199 0000 7001", "village": cast.village.pk, "note": "养羊户",
            "started_on": START.isoformat()}  # fmt: skip
    answer = client.post(reverse("constituent-add", args=[code]), sent, follow=True)
    assert "郑冬" in answer.text and answer.redirect_chain[-1][0] == reverse("my-constituents")
    row = Constituent.objects.get()
    page = reverse("constituent", args=[row.uid])
    assert client.post(page, sent | {"phone": "19900007002"}).url == page
    assert client.post(page, sent | {"phone": "12"}).status_code == 400
    row.refresh_from_db()
    assert (row.phone, row.village) == ("19900007002", cast.village)
    end = reverse("constituent-end", args=[row.uid])
    assert client.post(end, {"ended_on": DAY.isoformat(), "reason": ""}).status_code == 400
    answer = client.post(end, {"ended_on": DAY.isoformat(), "reason": "迁出本村"}, follow=True)
    assert "还可以再联系5位" in answer.text and "以前还联系过1位" in answer.text
    assert "迁出本村" in client.get(page).text


def test_no_sixth_on_the_page(cast, signed_in):
    for number in "一二三四五":
        add(cast, name=f"选民{number}")
    client, code = signed_in(cast.deputy), cast.deputy_person.code
    assert "名额已满" in client.get(reverse("my-constituents")).text
    sent = {"name": "选民六", "started_on": START.isoformat()}
    answer = client.post(reverse("constituent-add", args=[code]), sent)
    assert answer.status_code == 409 and "名额已经满了" in answer.text and "选民六" in answer.text


def test_villages_of_the_own_branch_come_first_and_only_the_stations(cast, signed_in):
    far = add_village(name="安河村", branch=cast.yt01, actor=cast.staff)
    near = add_village(name="阿庄村", branch=cast.gt02, actor=cast.staff)
    page = signed_in(cast.deputy).get(reverse("constituent-add", args=[cast.deputy_person.code]))
    choices = [str(label) for _value, label in page.context["form"]["village"].field.choices]
    assert choices == ["不写", str(cast.village), str(near)]
    add(cast, name="吴大海", village=far)
    page = signed_in(cast.deputy).get(reverse("constituent", args=[Constituent.objects.get().uid]))
    assert str(far) in page.text  # the one already written down stays


@pytest.mark.parametrize("who", ["head", "clerk", "staff", "admin"])
def test_staff_see_names_and_ask_for_phones_which_is_recorded(cast, known, signed_in, who):
    client, page = signed_in(getattr(cast, who)), reverse("constituents", args=[cast.deputy_person.code])
    answer = client.get(page)
    assert NAME in answer.text and PHONE not in answer.text and "199****7001" in answer.text
    assert looks() == [{"people": 1}]
    answer = client.post(page)
    assert f"tel:{PHONE}" in answer.text and looks() == [{"people": 1}] * 2
    assert PHONE in client.get(reverse("constituent", args=[known.uid])).text and len(looks()) == 3
    sent = {"date": today_here().isoformat(), "form": "phone"}
    assert client.post(reverse("constituent-contact", args=[known.uid]), sent).url == page


def test_the_auditor_sees_that_they_exist(cast, known, signed_in):
    touch(known, cast.clerk, note="问了灌溉")
    client, page = signed_in(cast.auditor), reverse("constituents", args=[cast.deputy_person.code])
    answer = client.get(page)
    assert "郑*" in answer.text and "上门走访" in answer.text
    for secret in (NAME, PHONE, "7001", "安家庄村", "灌溉"):
        assert secret not in answer.text
    assert client.post(page).status_code == 403 and looks() == []
    assert client.get(reverse("constituent", args=[known.uid])).status_code == 403
    assert client.post(reverse("constituent-contact", args=[known.uid]), {}).status_code == 403
    assert client.post(reverse("contact-void", args=[Contact.objects.get().uid]), {}).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "officer", "chief", "other_officer"])
def test_strangers_find_nothing(cast, known, signed_in, who):
    contact = touch(known, cast.clerk)
    client, code = signed_in(getattr(cast, who)), cast.deputy_person.code
    for page in (
        reverse("constituents", args=[code]), reverse("constituent-add", args=[code]),
        reverse("constituent", args=[known.uid]), reverse("constituent-contact", args=[known.uid]),
    ):  # fmt: skip
        assert client.get(page).status_code == 404
    assert client.get(reverse("my-constituents")).status_code == 404
    assert client.post(reverse("constituent-end", args=[known.uid]), {}).status_code == 404
    assert client.post(reverse("contact-void", args=[contact.uid]), {}).status_code == 404


def test_a_member_sees_no_colleagues_villagers(cast, signed_in):
    row = add(cast, deputy=cast.head_person)
    client = signed_in(cast.deputy)
    assert client.get(reverse("constituents", args=[cast.head_person.code])).status_code == 403
    assert client.get(reverse("constituent-add", args=[cast.head_person.code])).status_code == 403
    assert client.get(reverse("constituent", args=[row.uid])).status_code == 404


def test_a_contact_is_voided_on_the_page(cast, known, signed_in):
    contact = touch(known, cast.deputy)
    client, page = signed_in(cast.deputy), reverse("contact-void", args=[contact.uid])
    assert "请写原因" in client.post(page, {"reason": " "}, follow=True).text
    answer = client.post(page, {"reason": "记错了人"}, follow=True)
    assert "已作废" in answer.text and "记错了人" in answer.text
    assert "还没联系过" in client.get(reverse("my-constituents")).text


def test_a_deputy_without_such_a_mandate_is_told_so(cast, known, signed_in):
    end_mandate(mandate=cast.deputy_person.mandates.get(), ended_on=date(2026, 3, 31), reason="调离", actor=cast.admin)
    answer = signed_in(cast.deputy).get(reverse("my-constituents"))
    assert "不用固定联系选民" in answer.text and NAME in answer.text and "添加一位选民" not in answer.text


def test_lists_cost_the_same_with_one_and_with_five(cast, signed_in, django_assert_max_num_queries):
    client, spent = signed_in(cast.clerk), []
    for names in ("一", "二三四五"):
        for name in names:
            touch(add(cast, name=f"选民{name}", village=cast.village), cast.clerk)
        with django_assert_max_num_queries(20) as queries:
            client.get(reverse("constituents", args=[cast.deputy_person.code]))
        spent.append(len(queries))
    assert spent[0] == spent[1]


# ---- What a contact was besides ------------------------------------------------------------------------------------


def test_a_contact_is_a_service_with_role_and_figures(cast, known):
    plain = touch(known, cast.deputy)
    assert (plain.service_role, plain.reached, plain.households, plain.leaflets) == ("liaison", 1, 0, 0)
    full = touch(known, cast.deputy, service_role="publicist", reached=4, households=2, leaflets=30)
    assert (full.service_role, full.reached, full.households, full.leaflets) == ("publicist", 4, 2, 30)
    assert full != plain and touch(known, cast.deputy, service_role="publicist", reached=4, households=2, leaflets=30) == full
    for field, wrong in (("reached", {"reached": -1}), ("leaflets", {"leaflets": 10_000}), ("service_role", {"service_role": "x"})):
        refused(field, lambda wrong=wrong: touch(known, cast.deputy, **wrong))


def test_two_taps_leave_role_and_figures_as_they_are(cast, known, signed_in):
    client, url = signed_in(cast.deputy), reverse("constituent-contact", args=[known.uid])
    day = today_here().isoformat()
    client.post(url, {"date": day, "form": "phone"})
    client.post(url, {"date": day, "form": "phone", "note": "送政策", "service_role": "publicist", "reached": "３",
                      "households": "", "leaflets": "12"})  # fmt: skip
    rows = known.contacts.order_by("pk").values_list("service_role", "reached", "households", "leaflets")
    assert list(rows) == [("liaison", 1, 0, 0), ("publicist", 3, 0, 12)]
    assert "联系3人,发放资料12份" in client.get(reverse("constituent", args=[known.uid])).text


def test_figures_that_are_no_numbers_keep_what_was_typed(cast, known, signed_in):
    url = reverse("constituent-contact", args=[known.uid])
    answer = signed_in(cast.deputy).post(url, {"date": today_here().isoformat(), "form": "phone", "reached": "几个"})
    assert answer.status_code == 400 and "联系了几个人请填数字" in answer.text and "几个" in answer.text
    assert '<details class="more field" open>' in answer.text
