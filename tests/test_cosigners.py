"""Signing together (附议): invited, confirmed in person or on paper, declined, taken off; never after the hand-over."""

import pytest
from django.urls import reverse

from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion
from opinions.services.suggestions import confirm_cosigner, decline_cosigner, invite_cosigners, remove_cosigner
from opinions.views.parts import suggestion
from stations.services import open_station
from tests.cast import OPENED, SUNDAY, account, make_deputy, moment

AT = moment(SUNDAY)


@pytest.fixture
def far(cast):
    """A deputy of the other township, with an account."""
    person, user = cast.deputies["YT01"][1], account("maqiang", "马强")
    return link_account(deputy=person, user=user, actor=cast.admin)


@pytest.fixture
def ticket(cast, far):
    people = [cast.head_person, cast.deputies["GT01"][2], far]
    return file_suggestion(
        deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=AT, cosigners=people
    )


def tap(client, ticket, person, do):
    return client.post(reverse("suggestion-cosigner", args=[ticket.uid, person.code]), {"do": do})


def states(ticket) -> dict[str, str]:
    return {
        row.deputy.name: "yes" if row.confirmed_at else "no" if row.declined_at else "asked"
        for row in ticket.cosigners.select_related("deputy")
    }


def hand_over(cast, ticket):
    for actor, move, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    return ticket


def test_the_invited_see_it_and_sign_or_decline_in_one_tap(cast, signed_in, ticket, far):
    page = reverse("opinion", args=[ticket.uid])
    client = signed_in(far.user)
    shown = client.get(page)
    assert shown.status_code == 200 and "同意附议" in shown.text and "去掉" not in shown.text
    assert "请您附议" in client.get(reverse("me")).text
    assert tap(client, ticket, far, "confirm").url == page
    assert tap(client, ticket, far, "confirm").status_code == 409
    assert "请您附议" not in client.get(reverse("me")).text
    assert Notice.objects.filter(user=cast.deputy, text__contains="马强已附议").exists()
    assert tap(client, ticket, cast.head_person, "confirm").status_code == 403
    assert tap(signed_in(cast.head), ticket, cast.head_person, "decline").url == page  # the head's place has it
    assert tap(signed_in(far.user), ticket, far, "decline").url == reverse("home")  # taken back; out of scope now
    assert client.get(page).status_code == 404
    assert states(ticket) == {"赵站长": "no", "陈卫": "asked", "马强": "no"}


def test_the_clerk_has_the_paper_and_the_page_says_so(cast, signed_in, ticket):
    third = cast.deputies["GT01"][2]
    client = signed_in(cast.clerk)
    tap(client, ticket, third, "confirm")
    shown = client.get(reverse("opinion", args=[ticket.uid])).text
    assert states(ticket)["陈卫"] == "yes" and "纸质签名,官亭工作人员登记" in shown
    assert AuditLog.objects.get(action="confirm_cosigner").detail["on_paper"] is True
    assert tap(client, ticket, third, "decline").status_code == 403
    assert tap(client, ticket, third, "fly").status_code == 404
    assert tap(signed_in(cast.stranger), ticket, third, "remove").status_code == 404
    assert tap(signed_in(cast.auditor), ticket, third, "remove").status_code == 403


def test_lead_and_clerk_change_the_list_until_the_hand_over(cast, signed_in, ticket, far):
    page, more = reverse("opinion", args=[ticket.uid]), reverse("suggestion-cosigners", args=[ticket.uid])
    client = signed_in(cast.deputy)
    assert client.get(more).status_code == 200 and "on_paper" not in client.get(more).text
    assert client.post(more, {"cosigners": "周春生 王芳、马强", "on_paper": "on"}).url == page
    assert states(ticket) | {"周春生": "asked", "王芳": "asked"} == states(ticket) and len(states(ticket)) == 5
    wrong = client.post(more, {"cosigners": "没有这个人"})
    assert wrong.status_code == 400 and "没有这个人" in wrong.text
    assert client.post(more, {"cosigners": " "}).status_code == 400
    assert tap(client, ticket, far, "remove").url == page and "马强" not in states(ticket)
    assert Notice.objects.filter(user=far.user, text__contains="不再有您").exists()
    assert signed_in(cast.clerk).post(more, {"cosigners": "孙站长", "on_paper": "on"}).url == page
    assert states(ticket)["孙站长"] == "yes"
    for who, status in ((cast.head, 403), (cast.auditor, 403), (cast.stranger, 404), (cast.officer, 404)):
        assert signed_in(who).get(more).status_code == status
    hand_over(cast, ticket)
    client = signed_in(cast.clerk)
    assert client.get(more).status_code == client.post(more, {"cosigners": "马强"}).status_code == 409
    assert "附议代表" in client.get(page).text and "去掉" not in client.get(page).text


def test_nobody_comes_or_goes_after_the_hand_over_even_when_it_comes_back(cast, ticket):
    ticket = hand_over(cast, ticket)
    ticket = move_opinion(opinion=ticket, move="return_wrong", actor=cast.officer, at=AT, note="属于水利部门")
    row = ticket.cosigners.first()
    for act in (confirm_cosigner, decline_cosigner, remove_cosigner):
        with pytest.raises(Conflict):
            act(cosigner=row, actor=cast.head, at=AT)
    with pytest.raises(Conflict):
        invite_cosigners(opinion=ticket, deputies=[cast.deputies["GT02"][0]], actor=cast.clerk, at=AT)
    assert len(states(ticket)) == 3


def test_who_cannot_sign_and_who_may_have_paper(cast, ticket):
    county = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    stranger = make_deputy(cast, "邻县人", cast.gt02)
    type(stranger).objects.filter(pk=stranger.pk).update(county=county)
    stranger.refresh_from_db()
    for person in (cast.deputy_person, stranger):
        with pytest.raises(DomainError) as error:
            invite_cosigners(opinion=ticket, deputies=[person], actor=cast.deputy, at=AT)
        assert "cosigners" in error.value.fields
    fourth = cast.deputies["GT01"][3]
    with pytest.raises(NotAllowed):
        invite_cosigners(opinion=ticket, deputies=[fourth], actor=cast.deputy, at=AT, on_paper=True)
    with pytest.raises(NotAllowed):
        invite_cosigners(opinion=ticket, deputies=[fourth], actor=cast.head, at=AT)
    declined = ticket.cosigners.get(deputy=cast.head_person)
    decline_cosigner(cosigner=declined, actor=cast.head, at=AT)
    assert [row.deputy for row in invite_cosigners(
        opinion=ticket, deputies=[cast.head_person, cast.deputies["GT01"][2]], actor=cast.deputy, at=AT,
    )] == [cast.head_person]  # asked again; the other one still is  # fmt: skip


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_costs_the_same_with_more_signers(cast, signed_in, people, django_assert_num_queries):
    names = [cast.head_person, *cast.deputies["GT01"][2:]][:people]
    ticket = file_suggestion(deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=AT,
                             cosigners=names)  # fmt: skip
    fresh = Opinion.objects.for_list().get(pk=ticket.pk)
    with django_assert_num_queries(7):
        assert len(suggestion.part(cast.clerk, fresh)["signers"]) == people
