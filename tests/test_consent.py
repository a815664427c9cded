"""Consent to publish photo and phone: recorded with day and evidence, withdrawn at once everywhere, by whom."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deputies.models import Deputy, Mandate
from deputies.posters import order_of, print_one, standings
from deputies.posters.boards import board_facts
from deputies.services import (
    NewDeputy,
    NewMandate,
    add_deputy,
    edit_deputy,
    edit_mandate,
    grant_mandate,
    load_deputies,
    put_photo,
    record_consent,
    withdraw_consent,
)
from deputies.states import MandateLevel, Product
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import changes_of
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from tests.cast import OPENED, agree
from tests.pictures import jpeg

pytestmark = pytest.mark.usefixtures("media")
TODAY = today_here()
EVIDENCE = "签字同意书第12号"
MOST_QUERIES = 25


def record(cast, subject="phone", *, actor=None, **fields):
    facts = {"given_on": TODAY, "evidence": EVIDENCE} | fields
    return record_consent(deputy=cast.deputy_person, subject=subject, actor=actor or cast.staff, **facts)


def fresh(cast) -> Deputy:
    return Deputy.objects.get(pk=cast.deputy_person.pk)


# ---- The services ----------------------------------------------------------------------------------------------------


def test_recorded_with_day_and_evidence_and_audited(cast):
    person = record(cast, evidence="  签字同意书 第12号 ")
    assert (person.phone_consent_on, person.phone_consent_evidence) == (TODAY, "签字同意书 第12号")
    assert person.photo_consent_on is None
    row = AuditLog.objects.get(action="record_consent")
    assert (row.actor, row.target_key, row.county_code) == (cast.staff, person.code, "JLX")
    assert row.detail == {"subject": "phone", "given_on": TODAY.isoformat(), "evidence": "签字同意书 第12号"}
    newest = changes_of(person)[0]
    assert newest.actor == cast.staff
    assert {difference.title for difference in newest.differences} == {"同意公开电话", "电话同意依据"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"given_on": TODAY + timedelta(days=1)}, "given_on"),
        ({"given_on": None}, "given_on"),
        ({"evidence": " 　"}, "evidence"),
        ({"evidence": "长" * 121}, "evidence"),
        ({"subject": "birthday"}, "subject"),
    ],
)
def test_without_day_or_evidence_there_is_no_consent(cast, fields, field):
    with pytest.raises(DomainError) as refusal:
        record(cast, **fields)
    assert field in refusal.value.fields
    assert fresh(cast).phone_consent_on is None and not AuditLog.objects.filter(action="record_consent").exists()


def test_who_records_and_who_withdraws(cast):
    for who in ("admin", "staff", "clerk"):
        assert record(cast, actor=getattr(cast, who)).phone_consent_on == TODAY
    for who in ("deputy", "head", "auditor", "stranger", "officer"):
        with pytest.raises(NotAllowed):
            record(cast, actor=getattr(cast, who))
    for who in ("head", "auditor", "stranger", "officer"):
        with pytest.raises(NotAllowed):
            withdraw_consent(deputy=fresh(cast), subject="phone", actor=getattr(cast, who), reason="试试")
    for who in ("deputy", "clerk", "staff"):  # a deputy takes back in person what others hold on paper
        record(cast)
        person = withdraw_consent(deputy=fresh(cast), subject="phone", actor=getattr(cast, who), reason="本人要求")
        assert (person.phone_consent_on, person.phone_consent_evidence) == (None, "")
    row = AuditLog.objects.filter(action="withdraw_consent").latest("pk")
    assert row.detail == {"subject": "phone", "reason": "本人要求"}


def test_a_withdrawal_needs_a_reason_and_something_to_withdraw(cast):
    with pytest.raises(Conflict, match="不用撤回"):
        withdraw_consent(deputy=cast.deputy_person, subject="photo", actor=cast.staff, reason="本人要求")
    record(cast, "photo")
    with pytest.raises(DomainError, match="为什么撤回"):
        withdraw_consent(deputy=cast.deputy_person, subject="photo", actor=cast.staff, reason=" ")
    assert fresh(cast).photo_consent_on == TODAY


def test_withdrawn_at_once_everywhere(cast, client):
    person = put_photo(deputy=cast.deputy_person, content=jpeg(), actor=cast.staff, at=timezone.now())
    agree(cast, person, "photo", "phone", on=TODAY)
    page, photo = reverse("branch-page", args=["GT01"]), reverse("deputy-photo", args=[person.code])
    assert person.phone in client.get(page).text and client.get(photo).status_code == 200
    printed = print_one(order=order_of(Product.BOARD), place=cast.gt01, actor=None, at=timezone.now())
    assert printed.state == "printed"
    for subject in ("photo", "phone"):
        withdraw_consent(deputy=person, subject=subject, actor=cast.deputy, reason="本人要求")
    text = client.get(page).text
    assert person.phone not in text and photo not in text and client.get(photo).status_code == 404
    (printed,) = [one for one in board_facts(cast.gt01, TODAY).people if one.name == person.name]
    assert (printed.phone, printed.photo) == ("0319-0000004", None)
    assert standings(order_of(Product.BOARD), [cast.gt01], timezone.now())[0].state == "changed"


# ---- No way around ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["photo", "phone"])
def test_the_plain_edit_sets_no_consent(cast, subject):
    for column, value in ((f"{subject}_consent_on", TODAY), (f"{subject}_consent_evidence", "口头")):
        with pytest.raises(DomainError, match="连同依据") as refusal:
            edit_deputy(deputy=cast.deputy_person, actor=cast.staff, **{column: value})
        assert list(refusal.value.fields) == [column]


def test_registering_somebody_with_consent_takes_the_evidence_too(cast):
    with pytest.raises(DomainError, match="没有写依据"):
        add_deputy(county=cast.county, actor=cast.staff, name="新人", photo_consent_on=TODAY)
    person = add_deputy(
        county=cast.county, actor=cast.staff, name="新人", photo_consent_on=TODAY, photo_consent_evidence=EVIDENCE
    )
    assert person.photo_consent_evidence == EVIDENCE
    new = NewDeputy(
        columns={"name": "又一人", "phone_consent_on": TODAY}, mandates=(), branch=cast.gt01, role="member",
        started_on=TODAY,
    )  # fmt: skip
    with pytest.raises(DomainError, match="又一人"):
        load_deputies(county=cast.county, people=[new], actor=cast.staff)


@pytest.mark.parametrize("subject", ["photo", "phone"])
def test_the_database_demands_evidence(cast, subject):
    rows = Deputy.objects.filter(pk=cast.deputy_person.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**{f"{subject}_consent_on": TODAY})
    person = cast.deputy_person
    setattr(person, f"{subject}_consent_on", TODAY)
    with pytest.raises(ValidationError, match="要写明依据"):
        person.full_clean()
    rows.update(**{f"{subject}_consent_evidence": EVIDENCE})  # left over from a withdrawal: harmless


def test_consents_from_before_say_that_the_evidence_is_unknown(cast):
    """The migration's own function; the rows are as they were before there was a constraint."""
    Deputy.objects.update(photo_consent_on=OPENED, photo_consent_evidence=EVIDENCE)
    fill = import_module("deputies.migrations.0004_consent_evidence").fill
    fill(apps, None)
    assert set(Deputy.objects.values_list("photo_consent_evidence", "phone_consent_evidence")) == {(EVIDENCE, "")}


def test_admin_no_longer_offers_consent(cast, signed_in):
    url = reverse("admin:deputies_deputy_change", args=[cast.deputy_person.pk])
    assert "consent" not in signed_in(cast.staff).get(url).text


# ---- The page --------------------------------------------------------------------------------------------------------


def consent_url(cast, subject="phone") -> str:
    return reverse("deputy-consent", args=[cast.deputy_person.code, subject])


def test_recorded_and_withdrawn_on_the_deputys_page(cast, signed_in):
    client, page = signed_in(cast.clerk), reverse("deputy", args=[cast.deputy_person.code])
    assert "撤回同意" not in client.get(page).text and "登记同意公开电话" in client.get(page).text
    answer = client.post(consent_url(cast), {"do": "record", "given_on": TODAY, "evidence": EVIDENCE})
    assert answer.url == page and fresh(cast).phone_consent_on == TODAY
    text = client.get(page).text
    assert EVIDENCE in text and "撤回,不再公开电话" in text and "同意公开电话已登记。" in text
    answer = client.post(consent_url(cast), {"do": "withdraw", "reason": "本人要求"})
    assert answer.url == page and fresh(cast).phone_consent_on is None


def test_what_needs_mending_comes_back_with_what_was_typed(cast, signed_in):
    client, tomorrow = signed_in(cast.staff), TODAY + timedelta(days=1)
    for data, sentence in (
        ({"do": "record", "given_on": tomorrow, "evidence": EVIDENCE}, "不能晚于今天"),
        ({"do": "record", "given_on": "", "evidence": EVIDENCE}, "请填同意的日期"),
        ({"do": "record", "given_on": TODAY, "evidence": ""}, "请写依据"),
    ):
        answer = client.post(consent_url(cast), data)
        assert answer.status_code == 400 and sentence in answer.text
        assert 'href="#id_phone_' in answer.text and "<details" in answer.text and " open>" in answer.text
        assert not data["evidence"] or f'value="{EVIDENCE}"' in answer.text
    record(cast)
    answer = client.post(consent_url(cast), {"do": "withdraw", "reason": ""})
    assert answer.status_code == 400 and "请写原因" in answer.text
    assert client.post(consent_url(cast), {}).status_code == 400
    assert client.post(consent_url(cast, "birthday"), {"do": "record"}).status_code == 404
    assert client.get(consent_url(cast)).status_code == 405


def test_page_by_role(cast, signed_in):
    data = {"do": "record", "given_on": TODAY, "evidence": EVIDENCE}
    for who, status in (
        ("admin", 302), ("staff", 302), ("clerk", 302), ("deputy", 403), ("head", 403), ("auditor", 403),
        ("stranger", 404), ("officer", 404),
    ):  # fmt: skip
        assert signed_in(getattr(cast, who)).post(consent_url(cast), data).status_code == status, who
    own = signed_in(cast.deputy).get(reverse("deputy", args=[cast.deputy_person.code])).text
    assert "撤回,不再公开电话" in own and "登记同意公开" not in own and EVIDENCE in own
    colleague = signed_in(cast.head).get(reverse("deputy", args=[cast.deputy_person.code])).text
    assert EVIDENCE not in colleague and "同意公开" not in colleague
    auditor = signed_in(cast.auditor).get(reverse("deputy", args=[cast.deputy_person.code])).text
    assert EVIDENCE in auditor and "撤回同意" not in auditor
    assert signed_in(cast.deputy).post(consent_url(cast), {"do": "withdraw", "reason": "不想公开"}).status_code == 302


# ---- Certificate numbers on the same page ----------------------------------------------------------------------------


def test_certificate_number_is_granted_loaded_corrected_and_shown(cast, signed_in):
    mandate = grant_mandate(
        deputy=cast.deputy_person, level=MandateLevel.COUNTY, term="第十七届", started_on=OPENED, actor=cast.staff,
        certificate_number="县字第18号",
    )  # fmt: skip
    edit_mandate(mandate=mandate, actor=cast.staff, certificate_number="县字第19号")
    page = signed_in(cast.clerk).get(reverse("deputy", args=[cast.deputy_person.code])).text
    assert "代表证号 县字第19号" in page and "第18号" not in page
    new = NewDeputy(
        columns={"name": "新人"}, branch=cast.gt01, role="member", started_on=TODAY,
        mandates=(NewMandate(MandateLevel.TOWNSHIP, "第十七届", "", TODAY, certificate_number="乡字第1号"),),
    )  # fmt: skip
    load_deputies(county=cast.county, people=[new], actor=cast.staff)
    assert Mandate.objects.get(deputy__name="新人").certificate_number == "乡字第1号"


def test_page_costs_the_same_with_one_mandate_and_with_three(cast, signed_in, django_assert_num_queries):
    client, url = signed_in(cast.staff), reverse("deputy", args=[cast.deputy_person.code])
    with CaptureQueriesContext(connection) as first:
        client.get(url)
    assert len(first) <= MOST_QUERIES
    for level in (MandateLevel.CITY, MandateLevel.COUNTY):
        grant_mandate(
            deputy=cast.deputy_person, level=level, term="第十七届", started_on=date(2022, 1, 1), actor=cast.staff
        )
    with django_assert_num_queries(len(first)):
        client.get(url)
