"""What a report said and when: editions are only added, and only where the figures are not the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from activities.models import FilingException, MonthEdition, MonthReport, ReportStep
from activities.rules.months import MonthFigures, as_content, changes, from_content, settled_digest


def figures_of(edition: MonthEdition) -> MonthFigures:
    """The figures that an edition keeps; needs its report fetched."""
    return from_content(edition.figures, county=edition.report.county_id)


def current_edition(report: MonthReport) -> MonthEdition:
    """The last edition; a report has at least one."""
    return report.editions.select_related("report")[0]


def put_editions(
    pairs: Iterable[tuple[MonthReport, MonthFigures]],
    *,
    at: datetime,
    exceptions: Mapping[int, FilingException] | None = None,
) -> dict[int, MonthEdition]:
    """The edition of each report (by key) that says these figures: the last one, or a new one where they changed.

    Tickets alone, which go on after the month, make no new one: what they had come to is told as of the edition's day.
    Two queries whatever the number; the caller holds the reports.
    """
    pairs = list(pairs)
    last = last_editions([report for report, _figures in pairs])
    found, new = {}, []
    for report, figures in pairs:
        edition = last.get(report.pk)
        if edition is None or settled_digest(figures_of(edition)) != settled_digest(figures):
            number = edition.number + 1 if edition else 1
            edition = MonthEdition(report=report, number=number, figures=as_content(figures), made_at=at)
            edition.exception = (exceptions or {}).get(report.pk)
            new.append(edition)
        found[report.pk] = edition
    MonthEdition.objects.bulk_create(new)
    return found


def last_editions(reports: Iterable[MonthReport]) -> dict[int, MonthEdition]:
    """Of each report (by key) its last edition (one query)."""
    rows = MonthEdition.objects.filter(report__in=list(reports)).select_related("report").order_by("report", "number")
    return {edition.report_id: edition for edition in rows}


def put_steps(
    reports: Iterable[MonthReport],
    editions: dict[int, MonthEdition],
    *,
    move: str,
    actor,
    at: datetime,
    reason: str = "",
) -> None:
    """Write one line of history for each report, which has its new state already."""
    ReportStep.objects.bulk_create(
        ReportStep(
            report=report,
            move=move,
            to_state=report.state,
            edition=editions[report.pk],
            actor=actor,
            at=at,
            reason=reason,
        )
        for report in reports
    )


@dataclass(frozen=True)
class Told:
    """One step of a report's story; `changed`: what its edition says otherwise than the one before, in words."""

    step: ReportStep
    changed: list[str]


def story_of(report: MonthReport) -> list[Told]:
    """The steps of a report, the latest first (two queries)."""
    steps = list(report.steps.select_related("actor", "edition__exception"))
    editions = {edition.pk: edition for edition in report.editions.select_related("report")}
    by_number = {edition.number: edition for edition in editions.values()}
    first_step = {step.edition_id: step.pk for step in steps}  # the oldest one of each, as the last one wins
    return [Told(step, _changed(step, by_number, first_step)) for step in steps]


def _changed(step: ReportStep, by_number: dict[int, MonthEdition], first_step: dict[int, int]) -> list[str]:
    number = step.edition.number
    if number == 1 or first_step[step.edition_id] != step.pk:
        return []
    return changes(figures_of(by_number[number - 1]), figures_of(by_number[number]))
