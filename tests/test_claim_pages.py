"""Pages of bonus claims: the deputy's phone, the desk with its filters, one claim, many at once; files; hostile input."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from julu_liaison.common.working_days import today_here
from scoring.models import BonusClaim, ClaimFile
from scoring.services import open_scheme
from scoring.services.claims import claim_bonus, move_claim
from scoring.states import ClaimState
from tests.office_files import PDF
from tests.pictures import telephone_jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

MINE, ADD, DESK, DESK_ADD, BULK = (
    "/me/claims/", "/me/claims/add/", "/points/claims/", "/points/claims/add/", "/points/claims/bulk/"
)  # fmt: skip


@pytest.fixture(autouse=True)
def scheme_of_today(cast):
    """The pages work with the real day."""
    open_scheme(county=cast.county, year=today_here().year, actor=cast.admin)


def typed(**fields) -> dict:
    return {
        "item": "course", "occurred_on": today_here().isoformat(), "text": "完成网课", "evidence": "证书118号"
    } | fields  # fmt: skip


def claim(cast, *, days=0, deputy=None, who="deputy", **facts) -> BonusClaim:
    item = facts.get("item", "course")  # every paper is claimed once
    paper = "证书118号" if (item, days) == ("course", 0) else f"{item}证书{118 + days}号"
    given = {"item": item, "text": "完成网课", "evidence": paper} | facts
    return claim_bonus(
        deputy=deputy or cast.deputy_person, occurred_on=today_here() - timedelta(days=days), actor=getattr(cast, who),
        at=timezone.now(), **given,
    )  # fmt: skip


def move(cast, row, name, who, **facts):
    return move_claim(claim=row, move=name, actor=getattr(cast, who), at=timezone.now(), **facts)


def post_move(client, row, name, **fields):
    return client.post(reverse("claim-move", args=[row.uid, name]), {"version": row.version} | fields)


def in_year(cast, days: int) -> int:
    """So many days before today, or fewer where the year has just begun."""
    return min(days, (today_here() - today_here().replace(month=1, day=1)).days)


# ---- Who opens what ------------------------------------------------------------------------------------------------


def test_who_opens_what(cast, signed_in, client):
    row = claim(cast, files=[("证书.pdf", PDF)])
    one, file = reverse("claim", args=[row.uid]), reverse("claim-file", args=[row.uid, row.files.get().uid])
    expected = {  # mine, desk, add for others, bulk, the claim and its file
        "admin": (404, 200, 200, 200, 200), "staff": (404, 200, 200, 200, 200), "auditor": (404, 200, 403, 403, 200),
        "clerk": (404, 200, 200, 200, 200), "stranger": (404, 200, 200, 200, 404), "head": (200, 403, 403, 403, 404),
        "deputy": (200, 403, 403, 403, 200), "officer": (404, 403, 403, 403, 404),
    }  # fmt: skip
    for who, statuses in expected.items():
        signed_in(getattr(cast, who))
        found = tuple(client.get(url).status_code for url in (MINE, DESK, DESK_ADD, BULK, one))
        assert found == statuses, who
        assert client.get(file).status_code == statuses[-1], who
    assert client.get(reverse("claim-move", args=[row.uid, "check"])).status_code == 405
    client.logout()
    assert {client.get(url).status_code for url in (MINE, ADD, DESK, DESK_ADD, BULK, one, file)} == {302}


# ---- The deputy's phone --------------------------------------------------------------------------------------------


def test_a_deputy_claims_with_a_photo_and_reads_what_comes_next(cast, signed_in):
    client = signed_in(cast.deputy)
    page = client.get(ADD)
    assert page.status_code == 200 and 'data-draft="' in page.text and "是另一件事" not in page.text
    assert len([field for field in page.context["form"] if not field.is_hidden]) <= 6
    photo = SimpleUploadedFile("证书.png.jpg", telephone_jpeg(6))
    answer = client.post(ADD, typed(evidence="", files=[photo]), follow=True)
    row = BonusClaim.objects.get()
    assert f"联络站在{row.due_on.month}月{row.due_on.day}日前核对" in answer.text
    shown = client.get(reverse("claim", args=[row.uid])).text
    kept = row.files.get()
    assert f'<img src="{reverse("claim-file", args=[row.uid, kept.uid])}"' in shown and "加1分" in shown
    file = client.get(reverse("claim-file", args=[row.uid, kept.uid]))
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert file["Content-Disposition"].startswith("attachment") and b"Secret" not in b"".join(file.streaming_content)
    move(cast, row, "return", "clerk", note="照片看不清<b>")
    assert "要补充:照片看不清&lt;b&gt;" in client.get(MINE).text
    done = post_move(client, BonusClaim.objects.get(), "complete", text="完成网课", evidence="证书118号")
    assert done.status_code == 302 and BonusClaim.objects.get().state == ClaimState.CLAIMED


def test_a_refused_form_comes_back_filled(cast, signed_in):
    client = signed_in(cast.deputy)
    claim(cast, text="第一门")
    for fields, status, words in (
        ({"text": ""}, 400, "请写做了什么"), ({"evidence": ""}, 400, "请写证书编号、文号,或者拍一张照片"),
        ({"item": "duty_missed"}, 400, "请从列出的项目里选"), ({"occurred_on": "昨天"}, 400, "请填日期"),
        ({"occurred_on": "2999-01-01"}, 400, "不能晚于今天"), ({"occurred_on": "1999-01-01"}, 409, "1999年没有积分方案"),
        ({}, 409, "是另一件事,不是重复申报"),
    ):  # fmt: skip
        answer = client.post(ADD, typed(evidence="证书9号") | {"text": "第二门"} | fields)
        assert answer.status_code == status and words in answer.text, fields
        assert fields.get("evidence", "证书9号") in answer.text
    file = SimpleUploadedFile("a.pdf", b"not one")
    answer = client.post(ADD, typed(text="第三门", evidence="证书10号", another="on", files=[file]))
    assert answer.status_code == 400 and "请重新选一次" in answer.text and "a.pdf" in answer.text
    summary = answer.text[answer.text.index('class="errsum"') :]
    assert 'href="#id_files">照片和文件没有存上' in summary and "您填的内容还在" not in summary
    many = [SimpleUploadedFile(f"{number}.pdf", PDF) for number in range(7)]
    assert "一次最多传6个" in client.post(ADD, typed(text="第三门", evidence="证书10号", another="on", files=many)).text
    assert BonusClaim.objects.count() == 1 and not ClaimFile.objects.exists()
    assert client.post(ADD, typed(text="第二门", evidence="证书9号", another="on")).status_code == 302


# ---- The desk ------------------------------------------------------------------------------------------------------


def test_the_desk_shows_first_what_waits_for_the_person_and_filters_by_address(cast, signed_in):
    mine = claim(cast)
    checked = move(cast, claim(cast, deputy=cast.deputies["GT02"][1], who="clerk", item="honour_city"), "check", "staff")
    client = signed_in(cast.clerk)

    def found(query=""):
        page = client.get(DESK + query)
        assert page.status_code == 200
        return [row for row, _boxed in page.context["rows"]]

    assert found() == [mine] and found("?state=all") == [checked, mine] == found("?state=open")
    assert found("?state=checked") == [checked] == found("?state=all&item=honour_city") and found("?state=mine") == [mine]
    assert found(f"?state=all&year={today_here().year - 1}") == [] == found("?state=all&late=1")
    assert "请从列出的里面选" in client.get(DESK + "?state=nonsense").text
    assert found("?state=nonsense") == [] == found("?state=all&item=%00") == found("?state=all&year=x")
    assert found("?state=all&after=garbage&before=%F0") == [checked, mine]
    signed_in(cast.admin)
    assert found() == [checked] and found("?state=all&station=GT") == [checked, mine] and found("?state=all&station=YT") == []
    signed_in(cast.auditor)
    page = client.get(DESK)
    assert [row for row, _boxed in page.context["rows"]] == [checked, mine] and 'type="checkbox"' not in page.text


def test_one_honour_for_several_deputies(cast, signed_in):
    client = signed_in(cast.clerk)
    codes = [person.code for person in cast.deputies["GT01"][:3]]
    page = client.get(DESK_ADD)
    assert all(code in page.text for code in codes) and cast.deputies["YT01"][0].code not in page.text
    wrong = client.post(DESK_ADD, typed(deputies=[cast.deputies["YT01"][0].code]))
    assert wrong.status_code == 400 and "请从名单里选代表" in wrong.text
    answer = client.post(DESK_ADD, typed(deputies=codes, item="honour_county", files=[SimpleUploadedFile("决定.pdf", PDF)]))
    assert answer.status_code == 302 and BonusClaim.objects.filter(claimed_by=cast.clerk).count() == 3
    assert len(client.get(answer["Location"]).context["rows"]) == 3 and client.get(DESK).context["rows"] == []
    again = client.post(DESK_ADD, typed(deputies=codes[:1], item="honour_county"))
    assert again.status_code == 409 and f'value="{codes[0]}" checked' in again.text
    client = signed_in(cast.staff)
    assert "申报哪个联络站代表的" in client.get(DESK_ADD).text
    assert client.get(DESK_ADD + "?station=YT").status_code == 200 and client.get(DESK_ADD + "?station=X").status_code == 404


def test_a_deputy_is_found_by_name_and_what_was_typed_stays(cast, signed_in):
    client, (first, second, third) = signed_in(cast.clerk), cast.deputies["GT01"][:3]
    sent = typed(deputies=[first.code], find="1", q=f" {second.initials[:1].upper()} ", text="抗洪<b>", item="honour_city")
    page = client.post(DESK_ADD, sent | {"files": [SimpleUploadedFile("a.pdf", PDF)]})
    boxes = {person.code: ticked for _branch, people, _is_open in page.context["form"].groups for person, ticked in people}
    assert page.status_code == 200 and boxes[first.code] and not boxes[second.code] and third.code not in boxes
    assert "抗洪&lt;b&gt;" in page.text and 'value="honour_city" selected' in page.text and "没有存上" in page.text
    assert "市级荣誉" in page.text and "分)</option>" in page.text and not BonusClaim.objects.exists()
    none = client.post(DESK_ADD, typed(find="1", q="没有\0这个人"))
    assert none.status_code == 200 and none.context["form"].groups == []


def test_many_are_looked_at_once_more_and_each_is_checked_or_refused_for_itself(cast, signed_in):
    people = cast.deputies["GT01"]
    rows = [claim(cast, deputy=person, who="staff") for person in people[:3]]
    own = claim(cast, who="clerk", days=in_year(cast, 1), item="spoke", evidence="", files=[("证书.pdf", PDF)])
    client = signed_in(cast.clerk)
    assert client.get(DESK).text.count('name="claim"') == 3
    ticked = {"claim": [*(str(row.uid) for row in (*rows, own)), str(uuid4()), "nonsense"]}
    page = client.post(BULK, ticked)
    assert page.status_code == 200 and "核对无误,报县里<span class=\"num\">,3件" in page.text
    assert page.text.count("附件<span") == 1 and page.text.count("分</span></span></td>") == 4
    assert "有1件没有找到" in page.text and "不同的人来做" in page.text
    assert not BonusClaim.objects.filter(state=ClaimState.CHECKED).exists()
    move(cast, rows[1], "withdraw", "staff")
    versions = {f"version_{row.uid}": row.version for row in (*rows, own)}
    answer = client.post(BULK, ticked | versions | {"act": "check", "note": "原件都看过"}, follow=True)
    assert "办成2件,没办成2件,有1件没有找到" in answer.text and "现在是“已撤回”" in answer.text
    assert set(BonusClaim.objects.filter(state=ClaimState.CHECKED)) == {rows[0], rows[2]}
    too_many = client.post(BULK, {"claim": [str(uuid4()) for _ in range(101)]})
    assert too_many.status_code == 400 and "一次最多办100件" in too_many.text


# ---- One claim -----------------------------------------------------------------------------------------------------


def test_steps_on_the_page_and_what_was_typed_is_kept(cast, signed_in):
    row = claim(cast)
    client = signed_in(cast.clerk)
    page = client.get(reverse("claim", args=[row.uid])).text
    assert all(f'id="{name}"' in page for name in ("check", "return", "refuse")) and 'id="approve"' not in page
    answer = post_move(client, row, "refuse", note="")
    assert answer.status_code == 400 and "请写原因" in answer.text
    assert post_move(client, row, "approve").status_code == 409
    assert client.post(f"/points/claims/{row.uid}/nonsense/").status_code == 404
    move(cast, row, "withdraw", "deputy")
    late = post_move(client, row, "refuse", note="写了很久的原因")
    assert late.status_code == 409 and "写了很久的原因" in late.text and "现在是“已撤回”" in late.text
    other = claim(cast, days=in_year(cast, 2))
    assert post_move(client, other, "check", version=7).status_code == 412
    assert post_move(client, other, "check", note="核对过").status_code == 302
    assert post_move(client, other, "approve").status_code == 403
    done = post_move(signed_in(cast.staff), BonusClaim.objects.get(pk=other.pk), "approve")
    assert done.status_code == 302 and BonusClaim.objects.get(pk=other.pk).state == ClaimState.APPROVED


# ---- Cost ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "who"), [(MINE, "deputy"), (DESK, "clerk"), (DESK + "?state=all", "staff"), (BULK, "clerk")])
def test_a_page_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries, url, who):
    client, counts, items = signed_in(getattr(cast, who)), [], iter(("course", "spoke", "media_city"))
    for more in (1, 2):
        for _ in range(more):
            claim(cast, item=next(items))
        keys = [str(row.uid) for row in BonusClaim.objects.all()]
        with django_assert_max_num_queries(20) as spent:
            assert client.get(url, {"claim": keys} if url == BULK else {}).status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]
