"""A duty poster's facts as data for its template, and what keeps it from being printed."""

from collections.abc import Iterator
from datetime import date

from activities.states import ShiftState
from deputies.posters.duty_posters.facts import PosterDay, PosterFacts
from deputies.posters.product import Drawn, Rendition
from deputies.posters.sizes import PrintSize
from deputies.posters.texts import Text, unprintable
from julu_liaison.common.fonts import is_blank
from julu_liaison.common.pdf import PrintRefused, find_template, render_pdf, render_png
from julu_liaison.common.qr import qr_svg
from julu_liaison.common.templatetags.liaison import WEEKDAYS

TEMPLATE = "duty-poster.typ"
PREVIEW_PIXELS = 1200  # of the longer side


def check_poster(facts: PosterFacts) -> list[str]:
    """What keeps this poster from being printed, as Chinese sentences; an empty list is a go-ahead."""
    month = f"{facts.month.month}月"
    if not facts.is_published:
        return [f"{month}的排班还没有公布,请先在“排班”里公布"]
    if not facts.days:
        return [f"{month}这个分站没有接待日,没有可以公告的内容;要接待请先在“排班”里加开一天"]
    problems = [
        f"{_short(day.on)}还没有排人,请先在“排班”里排上" for day in facts.days if not day.people and not day.is_off
    ]
    problems += [problem for day in facts.days if not day.is_off for problem in _personal_problems(day)]
    return problems + unprintable(texts_of(facts), besides=facts.glyphs)


def _personal_problems(day: PosterDay) -> list[str]:
    nameless = [f"{_short(day.on)}值班的有一位代表没有姓名,请补上" for person in day.people if is_blank(person.name)]
    return nameless + [
        f"{_short(day.on)}值班的{person.name}那天没有代表资格,请先换人或补上代表资格"
        for person in day.people
        if not person.levels_label
    ]


def texts_of(facts: PosterFacts) -> Iterator[Text]:
    """Every text on the poster."""
    names = {person.code: person for day in facts.days for person in day.people}
    for person in names.values():
        yield person.name, "姓名", person.name
        yield person.name, "代表层级", person.levels_label
    for day in facts.days:
        yield f"{_short(day.on)}", "原因", day.reason
    own = {
        "标题": facts.title,
        "接待时间": facts.duty_hours,
        "接待地点": facts.place,
        "联络站电话": facts.station_phone,
        "落款": facts.maker + facts.edition_label + facts.place_code,
    }
    for label, text in own.items():
        yield "值班公告", label, text


def draw_poster(facts: PosterFacts, size: PrintSize, rendition: Rendition) -> Drawn:
    """The poster as PDF, or as a PNG preview. Raises PrintRefused."""
    if problems := check_poster(facts):
        raise PrintRefused(problems)
    job = {
        "template": find_template(TEMPLATE, facts.county_code),
        "data": _print_data(facts, size, size.bleed if rendition.with_marks else 0),
        "images": {"qr": qr_svg(facts.qr_url)},
        "glyphs": facts.glyphs,
    }
    content = render_png(**job, ppi=PREVIEW_PIXELS / (size.height / 25.4)) if rendition.png else render_pdf(**job)
    return Drawn(content, sheets=1)


def _print_data(facts: PosterFacts, size: PrintSize, bleed: int) -> dict:
    edited = facts.edited_on
    duty = {"接待时间": facts.duty_hours, "接待地点": facts.place, "联络站电话": facts.station_phone}
    return {
        "title": facts.title,
        "year": f"{facts.month.year}年",
        "month": f"{facts.month.month}月",
        "days": [_day_data(day) for day in facts.days],
        "duty": [[heading, text.splitlines()] for heading, text in duty.items() if text],
        "phone": facts.station_phone,
        "qr": "qr",
        "footer_left": f"{facts.maker}监制",
        "footer_right": f"{facts.place_code}　{facts.edition_label}　"
        + (f"{edited.year}年{edited.month}月{edited.day}日" if edited else ""),
        "sheet": {"width": size.width, "height": size.height, "bleed": bleed},
    }


def _day_data(day: PosterDay) -> dict:
    return {
        "date": _short(day.on),
        "weekday": f"星期{WEEKDAYS[day.on.weekday()]}",
        "moved": f"原定{_short(day.planned_on)}" if day.is_moved else "",
        "off": _off_word(day),
        "reason": day.reason,
        "people": [[person.name, person.levels_label] for person in day.people],
    }


def _off_word(day: PosterDay) -> str:
    if not day.is_off:
        return ""
    return "停" if day.state == ShiftState.CANCELLED else "未开展"


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
