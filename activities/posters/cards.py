"""A station's card (一页纸操作卡): how a reception day is filed, the own branches, the next days, whom to call. One page A4."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from activities.models import FilingLimit
from deputies.models import GlyphImage, Membership
from deputies.states import MembershipRole
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_pdf
from julu_liaison.common.qr import qr_svg
from julu_liaison.common.templatetags.liaison import WEEKDAYS
from julu_liaison.common.texts import long_day, typeset
from julu_liaison.common.working_days import SUNDAY
from stations.models import Station

TEMPLATE = TEMPLATES / "clerk-card.typ"
TITLE = "接待日登记操作卡"
COLUMNS = ("编号", "分站", "联系的村", "站长", "站长电话")
STEPS = (
    "打开网址登录,点“登记接待日”。先看清最上面的日期,不对就点旁边的箭头换一天。",
    "一个分站一行。值班的代表都来了,点“全部到岗”;谁没来,把谁改成请假或者缺席。",
    "填接待人数,没有人来填0;再选反映内容,可以选几样。",
    "群众意见一行写一条,没有就空着。迟到、顶班、走访户数、本次未开展在“更多”里。",
    "都填好了,点“下一步:核对”,一个分站一个分站看一遍,不对就点“回去改”。",
    "点“登记”,看到“登记好了”才算登记完。填了一半也不会丢,下次打开接着填。",
)
KEYS = (
    (("空格",), "这个分站全部到岗"),
    (("1", "2", "3"), "改第几位代表:到岗、请假、缺席"),
    (("回车",), "到下一格"),
    (("↑", "↓"), "上一个、下一个分站"),
    (("Ctrl", "回车"), "去核对;核对以后登记"),
)
OFFLINE = (
    "正在填的时候断了网,接着填,填的都存在这台电脑上;网通了再点“下一步:核对”。群众的姓名和电话只在这一页里,不要关网页。",
    "网一直不通,用事先印好的空白登记表写(登记接待日页面最下面,点“打印空白登记表”),网通了照着登记。",
)


def card_pdf(station: Station, *, days: Collection[date], address: str, on: date) -> bytes:
    """The card as PDF/A of exactly one page, as things stand on the day `on`.

    `days`: the coming reception days in order; `address`: where the site answers, as a QR code and in words. Raises
    PrintRefused for a character the print fonts lack, or where the page is too small.
    """
    branches = list(_branches_of(station, on))
    glyphs = GlyphImage.objects.pictures_of(station.county_id)
    problems = [
        f"{whose}里,字库没有{code_points(missing)},没有印出,请核对这个字"
        for whose, text in _texts(station, branches)
        if (missing := missing_glyphs(text, besides=glyphs))
    ]
    if problems:
        raise PrintRefused(problems)
    data = _figures(station, days) | {
        "title": TITLE,
        "place": station.full_name,
        "printed_on": f"{long_day(on)}印",
        "address": address,
        "columns": COLUMNS,
        "branches": [row for _branch, row in branches],
        "steps": [typeset(step) for step in STEPS],
        "keys": [(names, typeset(words)) for names, words in KEYS],
        "offline": [typeset(line) for line in OFFLINE],
        "phones": _phones(station),
        "qr": "qr",
    }
    return render_pdf(template=TEMPLATE, data=data, images={"qr": qr_svg(address)}, glyphs=glyphs)


def card_name(station: Station) -> str:
    """What the file is called: 官亭镇接待日登记操作卡.pdf."""
    return f"{station.name}{TITLE}.pdf"


def _branches_of(station: Station, on: date) -> Iterator[tuple[Station, list[str]]]:
    """Each open branch in official order with its row of the table (three queries)."""
    branches = station.children.open(on).in_official_order().prefetch_related("villages")
    rows = Membership.objects.in_force(on).filter(branch__in=branches, role=MembershipRole.HEAD)
    heads = {row.branch_id: row.deputy for row in rows.select_related("deputy")}
    for branch in branches:
        head = heads.get(branch.pk)
        villages = "、".join(village.name for village in branch.villages.all())
        person = [head.name, head.phone] if head else ["没有站长", ""]
        yield branch, [branch.code, branch.name, villages or branch.address or branch.host, *person]


def _texts(station: Station, branches: list[tuple[Station, list[str]]]) -> Iterator[tuple[str, str]]:
    """What people have typed, and whose it is."""
    yield "联络站的名称", station.full_name
    for branch, (_code, name, villages, head, _phone) in branches:
        yield f"{branch.name}的名称", name
        yield f"{branch.name}的村名", villages
        yield f"{branch.name}的站长姓名", head


def _phones(station: Station) -> list[tuple[str, str]]:
    """Whom to call, without those whose number nobody has entered."""
    county = station.county
    found = ((f"{county.name}人大常委会办公室", county.phone), (station.full_name, station.phone))
    return [(whose, number) for whose, number in found if number]


# ---- By when ----


def _figures(station: Station, days: Collection[date]) -> dict:
    limit = FilingLimit.objects.filter(county=station.county_id).first() or FilingLimit()
    return {
        "days": [_day(day, limit.prompt_days) for day in days],
        "filing": typeset(f"接待以后{limit.prompt_days}天以内登记,算按时登记。{_closing(limit.day)}"),
        "month": typeset("月报:每月1日出上个月的。站长确认以后,您审核、报县里,请在县里锁定以前办好。"),
    }


def _day(day: date, prompt_days: int) -> tuple[str, str, str]:
    until = day + timedelta(days=prompt_days)
    remark = "" if day.weekday() == SUNDAY else "注意不是星期日"
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}", f"到{until.month}月{until.day}日", remark


def _closing(day: int | None) -> str:
    return f"一个月的登记到下个月{day}日截止。" if day else "县里没有规定每月的截止日,月报锁定以后不能再登记。"
