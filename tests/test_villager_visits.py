"""The same for whom no ticket knows: a visit's villager and a deputy's constituent; and what is held under a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import Visit
from activities.services.visits.forgetting import correct_visitor, forget_visitor
from activities.states import LogState
from deputies.models import Constituent
from deputies.services import forget_constituent
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from opinions.services import look_at_villager
from opinions.services.villagers import PURPOSES, find_villager
from stations.services import open_station
from tests.cast import OPENED
from tests.entries import entry
from tests.own_data import AT, NAME, PHONE, VILLAGE, constituent_of, ticket_of, visit_of

HOW = "本人当面提出"
WHO = {"villager_name": "赵大妈", "villager_phone": "", "villager_village": ""}


# --- Visits -----------------------------------------------------------------------------------------------------


def test_a_visits_villager_is_corrected_and_let_go_of(cast):
    visit = visit_of(cast)
    correct_visitor(visit=visit, who=WHO, how=HOW, actor=cast.clerk, at=AT)
    row = Visit.objects.get()
    assert (row.villager_name, row.villager_phone, row.version) == ("赵大妈", PHONE, 2)
    forget_visitor(visit=visit, how=HOW, actor=cast.head, at=AT)
    row = Visit.objects.get()
    assert (row.villager_name, row.villager_phone, row.villager_village) == ("", "", "") and row.matter == "问低保"
    said = [str(one.detail) for one in AuditLog.objects.filter(target_kind="visit")]
    assert not [words for words in said if "赵" in words or PHONE in words]


@pytest.mark.parametrize("who", ["deputy", "stranger", "auditor", "officer"])
def test_others_do_neither(cast, who):
    with pytest.raises(NotAllowed):
        forget_visitor(visit=visit_of(cast), how=HOW, actor=getattr(cast, who), at=AT)


def test_what_became_a_ticket_is_settled_there(cast, signed_in):
    visit = ticket_of(cast).visit
    with pytest.raises(Conflict, match="到意见里"):
        forget_visitor(visit=visit, how=HOW, actor=cast.clerk, at=AT)
    answer = signed_in(cast.clerk).get(reverse("visit-villager", args=[visit.uid]))
    assert answer["Location"] == reverse("opinion-villager", args=[visit.opinion.uid])


def test_a_void_visit_is_let_go_of_too(cast):
    visit = visit_of(cast)
    Visit.objects.update(state=LogState.VOID)
    forget_visitor(visit=visit, how=HOW, actor=cast.clerk, at=AT)
    assert Visit.objects.get().villager_name == ""


def test_the_visits_page(cast, signed_in):
    visit, client = visit_of(cast), signed_in(cast.clerk)
    url = reverse("visit-villager", args=[visit.uid])
    assert url in client.get(reverse("visit", args=[visit.uid])).text
    text = client.get(url).text
    assert "赵*" in text and NAME not in text and PHONE not in text
    assert client.post(url, {"act": "correct", "how": HOW}).status_code == 400
    assert client.post(url, {"act": "correct", "how": HOW, "villager_name": "赵大妈"}).status_code == 302
    assert client.post(url, {"act": "forget", "how": HOW}).status_code == 400
    assert client.post(url, {"act": "forget", "how": HOW, "sure": "on"}).status_code == 302
    assert "没有留姓名、电话和住处" in client.get(url).text
    assert signed_in(cast.auditor).get(url).status_code == 403
    assert signed_in(cast.stranger).get(url).status_code == 404


# --- Constituents -----------------------------------------------------------------------------------------------


def test_a_constituent_goes_with_every_version_and_the_contacts_stay(cast):
    row = constituent_of(cast)
    forget_constituent(constituent=row, how=HOW, actor=cast.deputy, at=AT)
    row.refresh_from_db()
    assert (row.name, row.phone, row.note, row.village) == ("", "", "", None)
    assert row.ended_on == AT.date() and row.contacts.count() == 1
    versions = Constituent.history.filter(id=row.pk)
    assert versions.count() >= 2 and {(one.name, one.phone, one.note) for one in versions} == {("", "", "")}
    assert NAME not in str(list(AuditLog.objects.values_list("detail", flat=True)))
    with pytest.raises(Conflict):
        forget_constituent(constituent=row, how=HOW, actor=cast.deputy, at=AT)


def test_who_lets_a_constituent_go(cast):
    row = constituent_of(cast)
    for who in ("stranger", "auditor", "officer"):
        with pytest.raises(NotAllowed):
            forget_constituent(constituent=row, how=HOW, actor=getattr(cast, who), at=AT)
    with pytest.raises(DomainError):
        forget_constituent(constituent=row, how="随便", actor=cast.clerk, at=AT)


def test_the_constituents_page(cast, signed_in):
    row, client = constituent_of(cast), signed_in(cast.clerk)
    url = reverse("constituent-forget", args=[row.uid])
    bad = client.post(url, {"how": HOW})
    assert bad.status_code == 400 and "是不是本人" in bad.text
    assert client.post(url, {"how": HOW, "sure": "on"}).status_code == 302
    text = client.get(reverse("constituent", args=[row.uid])).text
    assert "信息已删去" in text and NAME not in text.replace(f"看望{NAME}", "")
    assert client.post(url, {"how": HOW, "sure": "on"}).status_code == 409
    assert signed_in(cast.officer).post(url, {}).status_code == 404


# --- What is held under a phone ---------------------------------------------------------------------------------


def find(cast, phone=PHONE, purpose=PURPOSES[0], actor=None):
    return find_villager(phone=phone, county=cast.county, purpose=purpose, actor=actor or cast.admin, at=AT)


def test_everything_under_a_phone_however_it_was_typed(cast):
    ticket, visit, constituent = ticket_of(cast), visit_of(cast), constituent_of(cast)
    web, _code = entry(cast, name="别人", phone="19900008888")
    look_at_villager(opinion=ticket, actor=cast.clerk, at=AT)
    found = find(cast, "+86 199-0000-1234")
    assert (found.tickets, found.visits, found.constituents) == ([ticket], [visit], [constituent]) and found.total == 3
    assert [(one.office, one.times) for one in found.looks] == [("联络站工作人员", 1)]
    assert find(cast, "19900000000").total == 0 and find(cast, "19900008888").tickets == [web]


def test_another_countys_are_not_found(cast):
    ticket_of(cast)
    other = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    with pytest.raises(NotAllowed):
        find_villager(phone=PHONE, county=other, purpose=PURPOSES[0], actor=cast.admin, at=AT)


@pytest.mark.parametrize("who", ["staff", "auditor", "clerk", "head", "deputy", "system", "officer"])
def test_the_administrator_alone_looks_a_phone_up(cast, signed_in, who):
    with pytest.raises(NotAllowed):
        find(cast, actor=getattr(cast, who))
    assert signed_in(getattr(cast, who)).get(reverse("villagers-found")).status_code == 403


def test_the_purpose_is_recorded_and_the_phone_is_not(cast):
    ticket_of(cast)
    find(cast)
    row = AuditLog.objects.get(action="find_villager")
    assert row.detail == {"purpose": PURPOSES[0], "tickets": 1, "visits": 0, "constituents": 0}
    assert row.county_code == "JLX"
    for wrong in ({"purpose": f"找{NAME}"}, {"phone": ""}, {"phone": "123"}):
        with pytest.raises(DomainError):
            find(cast, **wrong)
    assert AuditLog.objects.filter(action="find_villager").count() == 1


def test_a_day_has_its_number_of_look_ups(cast, signed_in, monkeypatch):
    """A list of numbers tried out one by one is no letter; what was refused is not recorded, and tomorrow it goes on."""
    monkeypatch.setattr("opinions.services.villagers.finding.MOST_A_DAY", 2)
    for _letter in range(2):
        find(cast)
    with pytest.raises(Conflict, match="明天再查"):
        find(cast)
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    answer = signed_in(cast.admin).post(reverse("villagers-found"), {"phone": PHONE, "purpose": PURPOSES[0]})
    assert answer.status_code == 409 and "一天的上限" in answer.text and PHONE in answer.text
    assert AuditLog.objects.filter(action="find_villager").count() == 2
    tomorrow = find_villager(
        phone=PHONE, county=cast.county, purpose=PURPOSES[0], actor=cast.admin, at=AT + timedelta(days=1)
    )
    assert tomorrow.total == 0


def test_the_page_shows_masks_and_keeps_the_phone_out_of_its_address(cast, signed_in):
    ticket_of(cast), visit_of(cast), constituent_of(cast)
    client, url = signed_in(cast.admin), reverse("villagers-found")
    assert client.get(url, {"phone": PHONE, "purpose": PURPOSES[0]}).context["found"] is None
    answer = client.post(url, {"phone": PHONE, "purpose": PURPOSES[0]})
    text = answer.text.replace(f'value="{PHONE}"', "")
    assert "共3处" in text and "赵*" in text and "199****1234" in text and "no-store" in answer["Cache-Control"]
    assert NAME not in text and PHONE not in text and VILLAGE not in text
    assert client.post(url, {"phone": PHONE}).status_code == 400
    assert client.post(url, {"phone": "1", "purpose": PURPOSES[0]}).status_code == 400


def test_looking_up_costs_the_same_with_more_rows(cast, django_assert_max_num_queries):
    costs = []
    for rows in (1, 3):
        for number in range(rows):
            ticket = ticket_of(cast, text=f"第{rows}-{number}件")
            look_at_villager(opinion=ticket, actor=cast.clerk, at=AT)
        with django_assert_max_num_queries(20) as spent:
            assert find(cast).total >= rows
        costs.append(len(spent.captured_queries))
    assert costs[0] == costs[1], costs
