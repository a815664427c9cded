"""The sheet's drafts on the server: shared by colleagues, never overwriting what was not seen, gone once filed."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from activities import tasks
from activities.models import DutyLog, SheetDraft, Shift
from activities.services import (
    SundayRow,
    draft_roster,
    file_log,
    forget_old_drafts,
    read_draft,
    record_not_held,
    save_draft,
    void_log,
)
from activities.states import Presence, ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from tests.cast import SUNDAY, moment

TYPED = {"GT01-n": ["4"], "GT01-o": ["市场门口的路灯坏了三盏"]}
URL = reverse("sunday-draft", args=[SUNDAY.isoformat()])
SHEET = reverse("sunday-sheet", args=[SUNDAY.isoformat()])


def save(cast, *, version=0, typed=TYPED, actor=None, hour=10):
    return save_draft(
        branch=cast.gt01, on=SUNDAY, version=version, typed=typed, actor=actor or cast.clerk, at=moment(SUNDAY, hour)
    )


def file(cast, **more):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 12), **more).log


def post(client, **sent):
    body = {"branch": "GT01", "version": 0, "typed": TYPED} | sent
    return client.post(URL, json.dumps(body), content_type="application/json")


# --- The service -----------------------------------------------------------------------------------------------


def test_each_saving_is_a_new_version(cast):
    assert save(cast).version == 1
    draft = save(cast, version=1, typed={"GT01-n": ["5"]}, actor=cast.head, hour=11)
    assert (draft.version, read_draft(draft), draft.saved_by) == (2, {"GT01-n": ["5"]}, cast.head)
    assert SheetDraft.objects.count() == 1


def test_what_was_not_seen_is_not_overwritten(cast):
    save(cast, actor=cast.head)
    with pytest.raises(Conflict) as caught:
        save(cast, typed={"GT01-n": ["7"]}, hour=11)
    assert caught.value.details == {
        "who": cast.head.name, "at": moment(SUNDAY, 10), "version": 1, "typed": TYPED,
    }  # fmt: skip
    assert "站长账号,10:00" in caught.value.message
    assert read_draft(SheetDraft.objects.get()) == TYPED


def test_the_same_words_sent_again_are_no_conflict(cast):
    """The answer to the first sending got lost on the way."""
    save(cast)
    again = save(cast, hour=11)
    assert (again.version, again.saved_at) == (1, moment(SUNDAY, 10))


def test_who_the_villager_is_is_never_kept(cast):
    details = {
        f"GT01-m0-{name}": ["张三丰"] for name in ("text", "c", "name", "phone", "village", "sex")
    }  # fmt: skip
    kept = read_draft(save(cast, typed=TYPED | details))
    assert set(kept) == {*TYPED, "GT01-m0-text", "GT01-m0-c"}


def test_the_villagers_words_are_sealed_and_nothing_is_audited(cast):
    before = AuditLog.objects.count()
    save(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM activities_sheetdraft")
        assert "路灯" not in cursor.fetchone()[0]
    assert AuditLog.objects.count() == before


@pytest.mark.parametrize("who", ["staff", "auditor", "deputy", "stranger", "officer"])
def test_only_who_files_for_the_branch_keeps_drafts(cast, who):
    with pytest.raises(NotAllowed):
        save(cast, actor=getattr(cast, who))


@pytest.mark.parametrize("version", [-1, 10**9])
def test_a_version_out_of_range_is_refused(cast, version):
    with pytest.raises(DomainError):
        save(cast, version=version)


def test_too_much_is_refused(cast):
    with pytest.raises(DomainError, match="太多"):
        save(cast, typed={"GT01-o": ["长" * 400_001]})


def test_not_before_the_day_has_come(cast):
    with pytest.raises(DomainError, match="还不能登记"):
        save_draft(
            branch=cast.gt01, on=SUNDAY + timedelta(days=1), version=0, typed=TYPED, actor=cast.clerk,
            at=moment(SUNDAY),
        )  # fmt: skip


def test_filing_drops_the_draft_and_an_open_tab_does_not_bring_it_back(cast):
    save(cast)
    file(cast)
    assert not SheetDraft.objects.exists()
    with pytest.raises(Conflict, match="已由官亭工作人员登记") as caught:
        save(cast, version=1)
    assert caught.value.details == {"is_settled": True}


def test_a_filing_that_fails_keeps_the_draft(cast):
    save(cast)
    row = SundayRow(branch=cast.gt01, attendance={}, received=1)
    with pytest.raises(DomainError):
        file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 12))
    assert SheetDraft.objects.exists()


def test_after_voiding_one_drafts_anew(cast):
    log = file(cast)
    void_log(log=log, reason="记错了", actor=cast.clerk, at=moment(SUNDAY, 13))
    assert save(cast, version=3).version == 4


def test_not_held_drops_the_draft_and_can_be_typed_anew(cast):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    save(cast)
    record_not_held(branch=cast.gt01, on=SUNDAY, reason="下雪", actor=cast.clerk, at=moment(SUNDAY, 12))
    assert not SheetDraft.objects.exists()
    with pytest.raises(Conflict, match="未开展"):
        save(cast, version=1)
    assert save(cast).version == 1


def test_drafts_nobody_touched_are_forgotten_after_sixty_days(cast):
    save(cast)
    assert forget_old_drafts(at=moment(SUNDAY + timedelta(days=60), 9)) == 0
    assert forget_old_drafts(at=moment(SUNDAY + timedelta(days=60), 11)) == 1
    save(cast)
    assert tasks.forget_old_drafts() == 1
    assert settings.CELERY_BEAT_SCHEDULE["sheet-drafts-nightly"]["task"] == tasks.forget_old_drafts.name


# --- The page's script asks ------------------------------------------------------------------------------------


def test_saved_by_the_script_and_shown_to_a_colleague(cast, signed_in):
    answer = post(signed_in(cast.head))
    assert answer.status_code == 200 and answer.json()["version"] == 1
    page = signed_in(cast.clerk).get(SHEET).content.decode()
    assert "市场门口的路灯坏了三盏" in page and 'name="GT01-v" value="1"' in page
    assert "站长账号" in page and "填的草稿" in page
    assert 'data-mine="1"' not in page


def test_a_newer_one_comes_back_with_who_and_when(cast, signed_in):
    save(cast, actor=cast.head)
    answer = post(signed_in(cast.clerk), typed={"GT01-n": ["9"]})
    assert answer.status_code == 409
    told = answer.json()
    assert (told["who"], told["version"], told["typed"]) == (cast.head.name, 1, TYPED)
    assert told["at"].startswith("2026-03-01T")


def test_without_login_typing_goes_on(cast, client):
    answer = post(client)
    assert answer.status_code == 401 and "请重新登录" in answer.json()["message"]


def test_a_forged_sending_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert post(client).status_code == 403 and not SheetDraft.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("officer", 404), ("deputy", 403), ("staff", 403)])
def test_other_peoples_branches(cast, signed_in, who, status):
    assert post(signed_in(getattr(cast, who))).status_code == status
    assert not SheetDraft.objects.exists()


@pytest.mark.parametrize("sent", [
    {"branch": "GT99"}, {"branch": "GT"}, {"branch": None}, {"version": "1"}, {"version": True}, {"typed": [1]},
    {"typed": {"GT01-n": [4]}}, {"branch": "GT01\0x"},
])  # fmt: skip
def test_a_strange_body_is_refused_in_words(cast, signed_in, sent):
    answer = post(signed_in(cast.clerk), **sent)
    assert answer.status_code in (400, 404) and answer.json()["message"]
    assert not SheetDraft.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"x", b"\xff", b"[" * 100_000, b'{"branch":"GT01","version":0}'])
def test_no_json_at_all(cast, signed_in, body):
    assert signed_in(cast.clerk).post(URL, body, content_type="application/json").status_code == 400


def test_characters_that_cannot_be_stored_are_left_out(cast, signed_in):
    post(signed_in(cast.clerk), typed={"GT01-o": ["路\0灯\ud800坏"], "GT02-n": ["4"], "GT01-t": "road"})
    assert read_draft(SheetDraft.objects.get()) == {"GT01-o": ["路灯坏"]}


def test_a_sheet_from_drafts_is_filed_as_any_other(cast, signed_in):
    """Without scripts: the colleague's words are in the fields and go along with the form."""
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    people = [place.deputy for place in Shift.objects.get(branch=cast.gt01, date=SUNDAY).places.all()]
    typed = TYPED | {f"GT01-a-{deputy.pk}": ["present"] for deputy in people}
    save(cast, typed=typed, actor=cast.head)
    client = signed_in(cast.clerk)
    assert client.get(SHEET).content.decode().count("checked") == len(people)
    sent = {name: values[0] for name, values in typed.items()}
    client.post(reverse("sunday-file", args=[SUNDAY.isoformat()]), sent)
    assert DutyLog.objects.get().received == 4 and not SheetDraft.objects.exists()


def test_what_comes_back_from_checking_is_what_was_sent_not_the_draft(cast, signed_in):
    save(cast, actor=cast.head)
    page = signed_in(cast.clerk).post(SHEET, {"GT01-n": "9", "GT01-v": "0"}).content.decode()
    assert 'value="9"' in page and "路灯" not in page
    assert 'name="GT01-v" value="0"' in page  # so that the colleague's is asked about before it is overwritten


def test_a_called_off_day_with_a_draft_opens_again(cast, signed_in):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    Shift.objects.filter(branch=cast.gt01).update(state=ShiftState.CANCELLED, reason="庙会")
    save(cast)
    assert 'name="GT01-n"' in signed_in(cast.clerk).get(SHEET).content.decode()


# --- Checking keeps what the script has not sent ---------------------------------------------------------------


CHECK = reverse("sunday-check", args=[SUNDAY.isoformat()])
SENT = {"GT01-n": "4", "GT01-o": "市场门口的路灯坏了三盏\r\n三组灌溉渠塌了", "GT01-form": "onsite", "GT01-v": "0"}


@pytest.mark.parametrize("address", [CHECK, SHEET])
def test_sending_the_sheet_keeps_every_row_that_was_typed(cast, signed_in, address):
    page = signed_in(cast.clerk).post(address, SENT | {"GT02-s": "讲了医保", "GT02-v": "0", "GT02-form": "onsite"})
    assert {draft.branch.code: read_draft(draft) for draft in SheetDraft.objects.all()} == {
        "GT01": {"GT01-n": ["4"], "GT01-o": ["市场门口的路灯坏了三盏\n三组灌溉渠塌了"], "GT01-form": ["onsite"]},
        "GT02": {"GT02-s": ["讲了医保"], "GT02-form": ["onsite"]},
    }
    assert 'name="GT01-v" value="1"' in page.content.decode()  # going on is going on from there


def test_the_check_page_goes_on_from_the_kept_version(cast, signed_in):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    people = [place.deputy for place in Shift.objects.get(branch=cast.gt01, date=SUNDAY).places.all()]
    client = signed_in(cast.clerk)
    page = client.post(CHECK, SENT | {f"GT01-a-{deputy.pk}": "present" for deputy in people})
    assert page.status_code == 200 and 'name="GT01-v" value="1"' in page.content.decode()


def test_sending_the_sheet_twice_is_one_version(cast, signed_in):
    client = signed_in(cast.clerk)
    client.post(CHECK, SENT)
    client.post(CHECK, SENT)
    assert SheetDraft.objects.get().version == 1


def test_a_colleagues_newer_draft_outlives_the_sending(cast, signed_in):
    save(cast, actor=cast.head)
    page = signed_in(cast.clerk).post(SHEET, SENT | {"GT01-n": "9"}).content.decode()
    assert read_draft(SheetDraft.objects.get()) == TYPED
    assert 'name="GT01-v" value="0"' in page and 'value="9"' in page


def test_rows_that_were_not_sent_keep_their_drafts(cast, signed_in):
    """The check page sends only what is to be filed."""
    save(cast, actor=cast.head)
    signed_in(cast.clerk).post(SHEET, {"GT02-n": "1", "GT02-v": "0"})
    assert read_draft(SheetDraft.objects.get(branch=cast.gt01)) == TYPED


def test_an_emptied_row_empties_its_draft(cast, signed_in):
    save(cast)
    signed_in(cast.clerk).post(CHECK, {"GT01-n": "", "GT01-form": "onsite", "GT01-v": "1"})
    assert read_draft(SheetDraft.objects.get()) == {"GT01-form": ["onsite"]}


def test_who_the_villager_is_is_not_kept_by_sending(cast, signed_in):
    signed_in(cast.clerk).post(CHECK, SENT | {"GT01-m0-name": "张三丰", "GT01-m0-text": "市场门口的路灯坏了三盏"})
    assert "张三丰" not in str(read_draft(SheetDraft.objects.get()))


# --- What the station's home page says of them -----------------------------------------------------------------


def test_home_counts_the_begun_drafts_of_days_without_a_log(cast, signed_in, monkeypatch):
    monkeypatch.setattr("activities.views.home.today_here", lambda at=None: SUNDAY)
    client, home = signed_in(cast.clerk), reverse("station-home")
    assert "草稿" not in client.get(home).content.decode()
    save(cast)
    assert "草稿1个" in client.get(home).content.decode()
    save(cast, version=1, typed={"GT01-form": ["onsite"], "GT01-role": ["liaison"], "GT01-l-7": ["sick_leave"]})
    assert "草稿" not in client.get(home).content.decode()  # emptied again
    save(cast, version=2)
    file(cast)
    assert "草稿" not in client.get(home).content.decode()
