"""The county changes its terms (办理期限); running tickets get their new due days in the same transaction."""

from datetime import date, datetime

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.rehearsing import rehearsed
from opinions.models import Clock, Term
from opinions.querysets import ClockQuerySet
from opinions.rules.terms import against_the_law, law_for
from opinions.services.clocks.recomputing import Recomputed, recompute
from opinions.services.clocks.terms import governing
from opinions.states import Unit
from stations.models import Station
from stations.permissions import holds
from stations.states import Right

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST = {Unit.WORKING_DAY: 250, Unit.MONTH: 12}  # a year; a mistyped number is refused


@transaction.atomic
def add_term(
    *, county: Station, kind: str, stage: str, category: str, starts_on: date, amount: int, unit: str,
    longest_extension: int, reason: str, actor, at: datetime,
) -> Recomputed:  # fmt: skip
    """Let a stage, of one category or all (""), last `amount` from the day `starts_on` on; what began before stays."""
    _demand_right(county.pk, actor)
    term = Term(
        county=county, kind=kind, stage=stage, category=category, starts_on=starts_on, amount=amount, unit=unit,
        longest_extension=longest_extension, statutory=law_for(kind, stage) is not None,
    )  # fmt: skip
    _check(term, reason)
    if Term.objects.filter(county=county, kind=kind, stage=stage, category=category, starts_on=starts_on).exists():
        raise DomainError("从这天起的规定已经有了,要改请点那一条的“改”。", fields={"starts_on": "这一天已经有一条"})
    term.save(force_insert=True)
    audit.record("add_term", actor=actor, target=county, at=at, term=str(term), starts_on=str(starts_on),
                 category=category, longest_extension=longest_extension, reason=reason)  # fmt: skip
    return _follow(term, reason, actor, at)


@transaction.atomic
def set_term(
    *, term: Term, amount: int, longest_extension: int, reason: str, actor, at: datetime,
    seen: tuple[int, int] | None = None,
) -> Recomputed:  # fmt: skip
    """Change how long a stage may last and be extended, also for the tickets it runs for now.

    `seen`: amount and longest extension when the person looked; Conflict where somebody changed them since.
    """
    _demand_right(term.county_id, actor)
    term = Term.objects.select_for_update().get(pk=term.pk)
    before = (term.amount, term.longest_extension)
    if seen is not None and seen != before:
        raise Conflict(f"这条期限刚被别人改成{_words(term)},请想好再改。")
    term.amount, term.longest_extension = amount, longest_extension
    _check(term, reason)
    term.save(update_fields=["amount", "longest_extension"])
    audit.record("set_term", actor=actor, target=term.county, at=at, term=str(term), before=before[0], after=amount,
                 extension_before=before[1], extension_after=longest_extension, reason=reason)  # fmt: skip
    return _follow(term, reason, actor, at)


@transaction.atomic
def drop_term(*, term: Term, actor, at: datetime) -> None:
    """Take a term back that no clock has run by: one that was mistyped, or that has not begun. Raises Conflict."""
    _demand_right(term.county_id, actor)
    if term.statutory:
        raise Conflict("这是法定期限,不能去掉。")
    ran = _began_under(term).values_list("opinion__category", "started_on").distinct()
    terms = _rivals(term)
    if any(governing(terms, category=category, on=day) == term for category, day in ran):
        raise Conflict("已经有意见建议按这条期限办,不能去掉;要改请另加一条,写明从哪天起执行。")
    audit.record("drop_term", actor=actor, target=term.county, at=at, term=str(term), starts_on=str(term.starts_on),
                 category=term.category)  # fmt: skip
    term.delete()


def preview_adding(**facts) -> Recomputed:
    """What `add_term` would do, refusals included; nothing is written."""
    return rehearsed(add_term, **facts)


def preview_setting(**facts) -> Recomputed:
    """What `set_term` would do, refusals included; nothing is written."""
    return rehearsed(set_term, **facts)


def _demand_right(county_id: int, actor) -> None:
    if not holds(actor, Right.SET_RULES, county_id):
        raise NotAllowed("办理期限由县级管理员设置,需要改的话请联系他们。")


def _words(term: Term) -> str:
    longest = f"最多延长{term.longest_extension}{term.get_unit_display()}" if term.longest_extension else "不能延期"
    return f"{term.amount}{term.get_unit_display()}、{longest}"


def _check(term: Term, reason: str) -> None:
    """Raise DomainError with a sentence for everything that cannot be meant or that the law forbids."""
    most = MOST[Unit(term.unit)]
    problems = {}
    if not 1 <= term.amount <= most:
        problems["amount"] = f"请填1到{most}的数"
    if not 0 <= term.longest_extension <= most:
        problems["longest_extension"] = f"请填0到{most}的数,0就是不能延期"
    if not FIRST_YEAR <= term.starts_on.year <= LAST_YEAR:
        problems["starts_on"] = f"日期请在{FIRST_YEAR}年到{LAST_YEAR}年之间"
    if not reason.strip():
        problems["reason"] = "请写明原因,会记到每一件的办理过程里"
    law = law_for(term.kind, term.stage)
    if law:
        problems |= against_the_law(
            law, amount=term.amount, unit=term.unit, longest_extension=term.longest_extension
        )  # fmt: skip
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)


def _follow(term: Term, reason: str, actor, at: datetime) -> Recomputed:
    """Give the running clocks of the term their new due days; which term is whose is worked out anew."""
    terms = _rivals(term)

    def prepare(clock: Clock) -> None:
        if governing(terms, category=clock.opinion.category, on=clock.started_on) != term:
            return
        if clock.extended and clock.unit != term.unit:
            return  # was extended in the old unit, and keeps that term
        clock.amount, clock.unit, clock.statutory = term.amount, term.unit, term.statutory

    reason = f"办理期限有调整,{reason.strip()}"
    return recompute(clocks=_began_under(term).running(), reason=reason, actor=actor, at=at, prepare=prepare)


def _began_under(term: Term) -> ClockQuerySet:
    """The clocks that may be the term's: of its stage and category, begun while it was in force."""
    rows = Clock.objects.filter(
        opinion__county=term.county_id, opinion__kind=term.kind, stage=term.stage, started_on__gte=term.starts_on
    )  # fmt: skip
    return rows.filter(opinion__category=term.category) if term.category else rows


def _rivals(term: Term) -> list[Term]:
    return list(Term.objects.filter(county=term.county_id, kind=term.kind, stage=term.stage))
