"""What stands beside an act in the audit trail, in words: names of the parts, and values that are kept as codes."""

from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from activities.states import (
    ActivityKind,
    Category,
    Covers,
    Form,
    Handling,
    LeaveState,
    LogState,
    Presence,
    Rating,
    RefusalReason,
    ReportState,
    ServiceKind,
    SignUp,
)
from deputies.states import CorrectionState, MandateLevel, MembershipRole, Product
from julu_liaison.common.models import CalendarDay
from julu_liaison.notices.states import Channel, GatewayKind
from julu_liaison.personal.register import REGISTER
from opinions.states import AskedState, Kind, State
from scoring.states import ClaimState
from stations.states import Role

OURS = {"common", "accounts", "notices", "stations", "deputies", "activities", "opinions", "scoring"}

PARTS = {
    "accounts": "账号数", "added": "新增", "address": "地址", "after": "改后", "answer": "答复", "appeal": "复核", "at": "时间",
    "before": "改前", "branch": "分站", "by": "悬挂人", "cancels": "冲正的一笔", "category": "类别", "chains": "流水校验码",
    "changed": "变动", "changes": "改了什么", "channel": "方式", "character": "字", "closed_on": "撤销日期", "column": "哪一项",
    "columns": "改了哪些", "constituents": "选民数", "copied": "照抄的年份", "counties": "县数", "counts": "数目", "covers": "免除范围",
    "created": "新增", "date": "日期", "day": "日期", "department": "部门", "deputies": "代表", "deputy": "代表", "device": "设备",
    "digest": "校验码", "dropped": "去掉", "edition": "第几版", "end": "结束", "ended_on": "结束日期", "entries": "笔数",
    "entry": "流水", "evidence": "证明材料", "evidence_before": "原证明材料", "extension_after": "延期改后",
    "extension_before": "延期改前", "fate": "去向", "fields": "改了哪些", "figure": "数字", "file": "文件", "files": "文件数",
    "filters": "筛选条件", "first_year": "起始年份", "form": "形式", "format": "格式", "from_day": "开始日期", "given_on": "同意日期",
    "giver": "原值班人", "grades": "等次", "handling": "处理", "held_on": "日期", "households": "走访户数", "how": "方式",
    "hung_on": "悬挂日期", "inside": "本站内", "into": "并入", "is_active": "启用", "item": "项目", "items": "项目", "kind": "种类",
    "late": "迟交", "leaflets": "发放资料", "left": "还剩", "level": "级别", "lines": "行数", "longest_extension": "最长延期",
    "month": "月份", "move": "办理步骤", "name": "名称", "named": "带姓名", "note": "说明", "notices": "通知数", "number": "编号",
    "occurred_on": "日期", "of": "原任", "on": "日期", "on_paper": "纸质确认", "open_until": "开放到", "overdue": "超期", "own": "涉及本人",
    "paper": "文书", "parts": "部分", "people": "人数", "period": "时段", "photo": "照片", "photos": "照片", "place": "地方",
    "places": "地方数", "points": "分值", "product": "品种", "prompt_after": "及时期限改后", "prompt_before": "及时期限改前",
    "purpose": "用途", "quarter": "季度", "reached": "送到", "reason": "原因", "receptions": "接待次数", "refusal": "不受理原因",
    "reports": "月报数", "role": "岗位", "row": "行", "rows": "行数", "seats": "人数", "session": "会议", "sha256": "文件校验码",
    "size": "大小", "start": "开始", "started_on": "开始日期", "starts_on": "开始日期", "state": "状态", "station": "联络站",
    "stations": "联络站数", "step": "在哪一步", "subject": "同意的内容", "taker": "接班人", "term": "届次或期限", "text": "内容",
    "text_before": "原内容", "tickets": "办件数", "times": "次数", "title": "名称", "to": "发给", "to_day": "结束日期", "told": "告知人数",
    "topic": "哪一类", "total": "合计", "unchanged": "不变", "unplaced": "没排上", "until": "截止", "updated": "变动", "username": "账号",
    "version": "第几版", "visits": "接待登记数", "warned": "提醒级别", "was": "原来", "way": "方式", "weeks": "周次", "what": "什么",
    "where": "位置", "why": "原因", "year": "年份",
}  # fmt: skip
# What `common.handing_out` is told.
WHAT = {
    "figures": "办理情况统计", "supervised": "督办件清单", "summary": "履职情况", "roster": "排班表", "attendance": "活动签到表",
    "duty_logs": "工作日志登记簿", "visits": "接待登记簿", "services": "服务记录", "rules_preview": "积分方案预览",
    "failed_rows": "要改的行", "sheet": "接待日空白表", "visit": "接待登记表",
}  # fmt: skip
WAYS = {"password": "账号密码", "code": "密码和验证码", "recovery_code": "密码和恢复码"}
STEPS = {"password": "登录页填密码", "code": "登录页填验证码", "api": "接口登录", "again": "办事时再填密码"}
FORMATS = {"xlsx": "Excel表", "csv": "文本表", "docx": "Word", "pdf": "PDF"}
STATES = {
    **dict(ClaimState.choices), **dict(LogState.choices), **dict(ReportState.choices), **dict(LeaveState.choices),
    **dict(AskedState.choices), **dict(CorrectionState.choices), **dict(State.choices),
}  # fmt: skip
KINDS = {
    **dict(Presence.choices), **dict(ServiceKind.choices), **dict(GatewayKind.choices), **dict(CalendarDay.Kind.choices),
    **dict(ActivityKind.choices), **dict(Kind.choices),
}  # fmt: skip
VALUES: dict[str, dict[str, str]] = {
    "role": {**dict(Role.choices), **dict(MembershipRole.choices)}, "way": WAYS, "step": STEPS, "what": WHAT,
    "format": FORMATS, "form": dict(Form.choices), "category": dict(Category.choices), "level": dict(MandateLevel.choices),
    "product": dict(Product.choices), "kind": KINDS, "state": STATES, "before": STATES, "after": STATES,
    "rating": dict(Rating.choices), "handling": dict(Handling.choices), "refusal": dict(RefusalReason.choices),
    "covers": dict(Covers.choices), "answer": dict(SignUp.choices), "channel": dict(Channel.choices),
    "topic": {key: held.title for key, held in REGISTER.items()},
    "column": {
        path: str(apps.get_model(held.model)._meta.get_field(path).verbose_name)
        for held in REGISTER.values() for path in held.correctable.split()
    },
}  # fmt: skip


def object_words(kind: str) -> str:
    """What kind of thing a row is about, by the model's name."""
    model = _models().get(kind)
    return str(model._meta.verbose_name) if model else kind


def kinds_of_objects() -> list[tuple[str, str]]:
    """Everything that a row may be about, by its words; tables of the machinery have none and are never meant."""
    named = [(kind, object_words(kind)) for kind in _models()]
    return sorted(((kind, words) for kind, words in named if not words.isascii()), key=lambda pair: pair[1])


@cache
def _models() -> dict[str, type[Model]]:
    """Our models by the name that a row has of them."""
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {str(model._meta.model_name): model for model in ours if not hasattr(model, "history_id")}


def detail_words(detail: dict, kind: str = "") -> list[tuple[str, str]]:
    """Return (part, value) in words, in the order in which they were written; `kind` is what the row is about."""
    return [(part_words(name), value_words(name, value, kind)) for name, value in detail.items()]


def part_words(name: str, kind: str = "") -> str:
    """The name of a part, or of a column of that kind of thing."""
    column = _column(name, kind)
    words = str(column.verbose_name) if column else ""
    return words if words and not words.isascii() else PARTS.get(name, name)


def value_words(name: str, value: Any, kind: str = "") -> str:
    """Return one value as people read it."""
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return ";".join(f"{part_words(key, kind)}:{value_words(key, one, kind)}" for key, one in value.items()) or "无"
    if isinstance(value, list):
        of_columns = name in ("columns", "fields")
        return "、".join(part_words(one, kind) if of_columns else value_words(name, one, kind) for one in value) or "无"
    return (_choice(name, value, kind) if isinstance(value, str) else "") or _moment(value) or str(value)


def _choice(name: str, code: str, kind: str) -> str:
    """The words of a code: those of the very thing's column, else whatever has the code under that name."""
    column = _column("state" if name in ("before", "after") else name, kind)
    own = dict(column.flatchoices) if column else {}
    return str(own.get(code) or VALUES.get(name, {}).get(code) or "")


def _column(name: str, kind: str) -> Field | None:
    model = _models().get(kind)
    return next((field for field in model._meta.fields if field.name == name), None) if model else None


def _moment(value: Any) -> str:
    """A moment as it is on the county's clock; empty for anything else."""
    if not (isinstance(value, str) and len(value) > len("2026-01-01T")):
        return ""
    try:
        found: datetime | None = parse_datetime(value)
    except ValueError:
        return ""
    return f"{timezone.localtime(found):%Y-%m-%d %H:%M}" if found and timezone.is_aware(found) else ""
