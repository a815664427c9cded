"""Who has looked at somebody's data, was given it or changed it, read off the audit trail (个人信息保护法 art. 17, 45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deputies.models import Deputy
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from stations.models import Posting

BACK = timedelta(days=365)
MOST = 200  # rows read: what is older than so many acts is in the trail, with the auditors
# What is said of acts about a person; of any other that something was done.
WORDS = {
    "hand_out_archive": "下载过履职档案", "hand_out_statement": "发过对账单", "hand_out_term_sheets": "下载过任期履职表",
    "view_constituents": "看过您联系的选民名单", "add_deputy": "登记了代表资料", "edit_deputy": "改过代表资料",
    "load_deputies": "导入过代表资料", "record_consent": "登记了公开的同意", "withdraw_consent": "撤回了公开的同意",
    "put_photo": "换过照片", "crop_photo": "裁剪过照片", "remove_photo": "去掉了照片", "grant_mandate": "登记了代表资格",
    "edit_mandate": "改过代表资格", "end_mandate": "结束了代表资格", "assign_to_branch": "安排了分站", "carry_over": "调整了分站",
    "link_account": "开通了账号", "open_account": "开通了账号", "edit_account": "改过账号", "renew_password": "重设过密码",
    "remove_second_factor": "取消过第二步验证", "appoint": "安排了岗位", "end_posting": "结束了岗位", "hand_over": "安排了代管",
    "set_preference": "登记了值班意愿",
}  # fmt: skip
OTHER = "办过别的事"
NO_OFFICE = "系统"


@dataclass(frozen=True)
class Look:
    """What people of one kind of office did with somebody's data, how often within a year, and when last."""

    what: str
    office: str
    times: int
    last: datetime


def looks_at_person(user, deputy: Deputy | None, *, at: datetime) -> list[Look]:
    """Return what others did with what is held of `user` in the last year, the latest first; two queries.

    By office, not by name: who precisely it was, auditors can tell.
    """
    rows = AuditLog.objects.filter(target_kind="user", target_key=str(user.pk))
    if deputy:
        rows |= AuditLog.objects.filter(target_kind="deputy", target_key=deputy.code)
    rows = rows.filter(at__gte=at - BACK).exclude(actor=user.pk).order_by("-at")
    acts = list(rows.values_list("action", "actor", "at")[:MOST])
    offices = Posting.objects.by_account({actor for _action, actor, _at in acts if actor})
    found: dict[tuple[str, str], list[datetime]] = {}
    for action, actor, moment in acts:
        office = _office_on(offices.get(actor, []), today_here(moment)) if actor else NO_OFFICE
        found.setdefault((WORDS.get(action, OTHER), office), []).append(moment)
    return [Look(what, office, len(moments), moments[0]) for (what, office), moments in found.items()]


def _office_on(postings: Sequence[Posting], on: date) -> str:
    """What somebody was on that day, in words; what they are now where they held no office then."""
    then = [one for one in postings if one.started_on <= on and (one.ended_on is None or on <= one.ended_on)]
    chosen = (then or list(postings))[:1]
    return chosen[0].get_role_display() if chosen else NO_OFFICE
