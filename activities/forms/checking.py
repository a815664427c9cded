"""What is wrong, and what is unusual, in one row of the sheet."""

from collections.abc import Iterator

from activities.forms.fields import (
    LONGEST_REASON,
    LONGEST_SUMMARY,
    MOST_GIVEN_OUT,
    MOST_LINES,
    Problem,
)
from activities.forms.lines import LONGEST_OPINION, whole_number
from activities.services.logs import MOST_RECEIVED
from activities.states import SERVED

MANY_VISITORS = 5  # so many visitors without a single opinion are worth a question


def row_problems(row) -> Iterator[Problem]:
    """Yield what is to be put right in a SheetRow; an untouched row, or one that is filed already, has nothing."""
    found: Iterator[tuple[str, str]] = iter(())
    if row.is_touched and row.is_open:
        found = _not_held_problems(row) if row.not_held else _held_problems(row)
    elif row.is_touched and row.is_shut:
        found = iter([("row", row.closed_reason)])
    for name, sentence in found:
        yield Problem(f"{row.code}-{name}", sentence, row.name)


def _not_held_problems(row) -> Iterator[tuple[str, str]]:
    if not row.people:
        yield "x", "这一天本来没有安排接待,不用登记“未开展”"
    elif not row.reason:
        yield "r", "本次没有开展,请写原因"
    elif len(row.reason) > LONGEST_REASON:
        yield "r", f"原因请控制在{LONGEST_REASON}字以内"
    if row.visitors > 0 or row.opinions.strip():
        yield "x", "选了“本次未开展”,又填了接待人数或意见,请去掉一样"


def _held_problems(row) -> Iterator[tuple[str, str]]:
    yield from _attendance_problems(row)
    yield from _stand_in_problems(row)
    yield from _number_problems("n", row.received, MOST_RECEIVED, "接待人数", needed="请填接待人数,没有人来就填0")
    yield from _number_problems("h", row.households, MOST_RECEIVED, "走访户数")
    yield from _number_problems("f", row.leaflets, MOST_GIVEN_OUT, "发放份数")
    if len(row.summary) > LONGEST_SUMMARY:
        yield "s", f"内容请控制在{LONGEST_SUMMARY}字以内"
    if row.reason:
        yield "x", "写了未开展的原因,请勾选“本次未开展”,或者把原因删掉"
    yield from _line_problems(row)


def _attendance_problems(row) -> Iterator[tuple[str, str]]:
    unset = [person for person in row.people if not person.choice]
    if unset and len(unset) < len(row.people):
        yield "a", f"请填{'、'.join(person.deputy.name for person in unset)}是否到岗"
    elif unset:
        yield "a", "请填每位代表是否到岗"
    elif not row.attendance:
        yield "a", "这一天没有排班,请选来接待的代表"
    elif not row.served and (row.visitors > 0 or row.opinions.strip()):
        yield "a", "有群众来访,请填是哪位代表接待的"


def _stand_in_problems(row) -> Iterator[tuple[str, str]]:
    attendance = row.attendance
    if row.has_lone_replaced:
        yield "sub0", "选了替谁,请再选是哪位代表来顶班的,或者把替谁改回“没写明”"
    for replaced in row.stands_in_for.values():
        if attendance.get(replaced) in SERVED:
            yield "sub0", f"{replaced.name}自己到岗了,请看看顶班的代表替的是谁"


def _number_problems(name: str, text: str, most: int, what: str, needed: str = "") -> Iterator[tuple[str, str]]:
    number = whole_number(text)
    if not text:
        if needed:
            yield name, needed
    elif number is None:
        yield name, f"{what}请填数字,例如3"
    elif number > most:
        yield name, f"{what}请填0到{most}"


def _line_problems(row) -> Iterator[tuple[str, str]]:
    if len(row.lines) > MOST_LINES:
        yield "o", f"一次最多登记{MOST_LINES}条意见,其余的请另记一篇"
    for line in row.lines:
        if len(line.text) > LONGEST_OPINION:
            yield "o", f"一条意见请控制在{LONGEST_OPINION}字以内"
        line.check()
        for detail, sentence in line.problems.items():
            yield f"{line.name.removeprefix(f'{row.code}-')}-{detail}", sentence


def row_remarks(row) -> list[str]:
    """What is possible but unusual, for the check page."""
    if row.not_held:
        return []
    found = []
    if row.visitors >= MANY_VISITORS and not row.lines:
        found.append(f"接待{row.visitors}人,确认没有意见吗?")
    if not row.visitors and row.lines:
        found.append("写了意见,接待人数是0,请看看人数对不对。")
    if not row.served:
        found.append("没有代表到岗,确认吗?没有开展的话,请回去勾选“本次未开展”。")
    if row.was_off:
        found.append(f"这一天原来登记的是“{row.off_label}”({row.shift.reason}),这次登记后改为已开展。")
    return found
