"""What stands on each paper, worked out once for PDF and Word, so that the two cannot disagree.

Layout of official practice: the class of the answer stands at the top right of the reply letter, who signed it beside
it; a form for the deputies' verdict goes with the letter. No villager is ever on a paper: suggestions have none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from deputies.models import Deputy
from julu_liaison.common.texts import long_day, typeset
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion, Reply
from opinions.services.labels import class_labels
from opinions.states import Stage

PAPERS = {"form": "代表建议纸", "reply": "答复函", "verdict": "办理情况征询意见表"}
BOX = "□"
RATINGS = f"{BOX} 满意    {BOX} 基本满意    {BOX} 不满意"
UNSIGNED = "拟稿\uff0c未签发"


@dataclass(frozen=True)
class Paper:
    """One paper from top to bottom. `mark` and `beside` stand above the title, right and left; `facts` is the table,
    `body` the paragraphs (for the form inside the table, under `body_label`); `rooms` empty cells to write in, with
    their height in mm."""

    title: list[str]
    facts: list[tuple[str, str]]
    mark: str = ""
    beside: str = ""
    address: str = ""
    body: list[str] = field(default_factory=list)
    body_label: str = ""
    rooms: list[tuple[str, int]] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    note: str = ""


def paper_of(ticket: Opinion, kind: str, *, reply: Reply | None, on: date) -> Paper:
    """The paper `kind` (of PAPERS) of a suggestion as it is printed on the day `on`; `reply` for a letter and a verdict."""
    return MAKERS[kind](ticket, reply, on)


def _form(ticket: Opinion, reply: Reply | None, on: date) -> Paper:
    detail = ticket.detail
    return Paper(
        title=[_congress(ticket), f"代表{_kind(ticket)}纸"],
        beside=typeset(f"编号:{_number(ticket)}"),
        facts=_typeset([
            ("案由", ticket.heading),
            ("类别", ticket.get_category_display()),
            ("领衔代表", _person(ticket.deputy)),
            *_cosigners(ticket),
            ("提出日期", long_day(ticket.registered_on) + ("(会议期间)" if detail.in_session else "(闭会期间)")),
            ("希望的联系方式", detail.get_contact_wish_display()),
            ("是否同意公开", "同意" if detail.may_publish else "不同意"),
            ("交办", _handed_over(ticket)),
        ]),
        body_label="内容",
        body=_typeset_lines(_paragraphs(ticket.text)),
        signatures=["领衔代表签名", *(["附议代表签名"] * len(_signers(ticket)))],
        note=typeset(f"打印日期:{long_day(on)}"),
    )  # fmt: skip


def _letter(ticket: Opinion, reply: Reply | None, on: date) -> Paper:
    if reply is None:
        raise ValueError("a letter needs its answer")
    signed = long_day(today_here(reply.signed_at)) if reply.signed_at else ""
    department = reply.department.name if reply.department else ticket.branch.parent.full_name
    promised = [f"计划于{long_day(reply.promised_on)}前办成。"] if reply.promised_on else []
    return Paper(
        title=[f"{department}关于对{_congress(ticket)}{_number(ticket)}{_kind(ticket)}的答复"],
        mark=typeset(f"类别:{_class_words(ticket, reply)}") if reply.reply_class else "",
        beside=typeset(f"签发人:{reply.signed_by.name}") if reply.signed_by else UNSIGNED,
        facts=[],
        address=_addressee(ticket),
        body=_typeset_lines(
            [f"{'你们' if _signers(ticket) else '您'}提出的“{ticket.heading}”收悉,现答复如下:", *_paragraphs(reply.text), *promised,
             f"感谢{'你们' if _signers(ticket) else '您'}对我们工作的关心和支持,欢迎继续提出宝贵意见。"]
        ),
        closing=[department, signed],
        note=typeset(
            f"联系电话:{(reply.department.phone if reply.department else '') or '________'}"
            "。抄送:县人大常委会、县政府办公室。附:办理情况征询意见表"
        ),
    )  # fmt: skip


def _verdict(ticket: Opinion, reply: Reply | None, on: date) -> Paper:
    department = reply.department.name if reply and reply.department else _lead(ticket)
    return Paper(
        title=[_congress(ticket), f"代表{_kind(ticket)}办理情况征询意见表"],
        beside=typeset(f"编号:{_number(ticket)}"),
        facts=_typeset([
            ("案由", ticket.heading),
            ("承办单位", department),
            ("协办单位", _assisting(ticket) or "无"),
            ("领衔代表", _person(ticket.deputy)),
            *_cosigners(ticket),
            ("答复日期", long_day(today_here(reply.signed_at)) if reply and reply.signed_at else "____年__月__日"),
            ("办理类别", _class_words(ticket, reply) if reply and reply.reply_class else ""),
            ("面商情况", _talks(ticket)),
            ("对办理态度", RATINGS),
            ("对办理结果", RATINGS),
        ]),
        rooms=[("不满意的原因和具体要求", 42), ("其他意见", 24)],
        signatures=["代表签名"],
        note=typeset("请代表在收到答复后10个工作日内填写,交所在联络站。不满意的请写明原因,由承办单位重新办理。"),
    )  # fmt: skip


MAKERS: dict[str, Callable[[Opinion, Reply | None, date], Paper]] = {
    "form": _form, "reply": _letter, "verdict": _verdict,
}  # fmt: skip


# ---- Words ----


def _congress(ticket: Opinion) -> str:
    """巨鹿县第十七届人民代表大会第五次会议, as far as it is known."""
    session = ticket.detail.session
    if session is None:
        return f"{ticket.county.name}人民代表大会"
    return f"{ticket.county.name}{session.term}人民代表大会第{str(session).split('第', 2)[-1]}"


def _number(ticket: Opinion) -> str:
    detail = ticket.detail
    if detail.serial is None:
        return ticket.full_number
    return f"{'' if detail.in_session else '闭会期间'}第{detail.serial:03d}号"


def _kind(ticket: Opinion) -> str:
    return "议案" if ticket.detail.is_motion else "建议"


def _signers(ticket: Opinion) -> list[Deputy]:
    rows = ticket.cosigners.filter(confirmed_at__isnull=False).select_related("deputy").order_by("pk")
    return [row.deputy for row in rows]


def _cosigners(ticket: Opinion) -> list[tuple[str, str]]:
    names = "、".join(deputy.name for deputy in _signers(ticket))
    return [("附议代表", names)] if names else []


def _person(deputy: Deputy | None) -> str:
    """Name and work; a deputy's phone is nobody's to print here."""
    if deputy is None:
        return ""
    return " ".join(filter(None, (deputy.name, deputy.employer, deputy.position)))


def _addressee(ticket: Opinion) -> str:
    name = ticket.deputy.name if ticket.deputy else ""
    return typeset(f"{name}{'等' if _signers(ticket) else ''}代表:")


def _class_words(ticket: Opinion, reply: Reply) -> str:
    return dict(class_labels(ticket.county_id)).get(reply.reply_class, "")


def _lead(ticket: Opinion) -> str:
    return ticket.department.name if ticket.department else ""


def _assisting(ticket: Opinion) -> str:
    return "、".join(row.department.name for row in ticket.assistances.select_related("department"))


def _handed_over(ticket: Opinion) -> str:
    """主办县交通运输局,协办县水利局,2027年1月5日交办,法定答复期限2027年4月5日."""
    clock = ticket.clocks.filter(stage=Stage.AT_DEPARTMENT).order_by("-pk").first()
    if clock is None or ticket.department is None:
        return "尚未交办"
    assisting = _assisting(ticket)
    words = [f"主办{ticket.department.name}", f"协办{assisting}" if assisting else "", f"{long_day(clock.started_on)}交办",
             f"{'法定' if clock.statutory else ''}答复期限{long_day(clock.due_on)}"]  # fmt: skip
    return ",".join(filter(None, words))


def _talks(ticket: Opinion) -> str:
    rows = ticket.consultations.select_related("department").order_by("held_on", "pk")
    words = [
        f"{long_day(row.held_on)}{row.get_way_display()}({row.department.name}"
        f"{',代表已签字' if row.signed_at else ',代表未签字'})"
        for row in rows
    ]
    return ";".join(words) or "没有面商记录"


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _typeset(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, typeset(value)) for label, value in rows]


def _typeset_lines(lines: list[str]) -> list[str]:
    return [typeset(line) for line in lines]
