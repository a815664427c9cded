"""What one entry changes of what is registered, and the rules between entries."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from deputies.models import Deputy, Mandate, Membership
from deputies.services import NewDeputy, NewMandate
from deputies.spreadsheets import columns as c
from deputies.spreadsheets.entries import Entry
from deputies.states import LEVEL_ORDER, MandateLevel, MembershipRole
from julu_liaison.common.history import Difference
from julu_liaison.common.registers import Missing, Report, RowChange
from julu_liaison.common.texts import clean_text, half_width
from stations.models import Station

THIS_TERM = "本届"  # where neither the file nor the register tells


@dataclass
class Step:
    """An entry beside the registered deputy it means (None: new), and what has to be done."""

    entry: Entry
    deputy: Deputy | None
    details: dict[str, Any] = field(default_factory=dict)
    grants: list[NewMandate] = field(default_factory=list)
    ends: list[tuple[Mandate, str]] = field(default_factory=list)
    corrections: list[tuple[Mandate, dict[str, str]]] = field(default_factory=list)
    role: str = MembershipRole.MEMBER
    moves: bool = False
    differences: list[Difference] = field(default_factory=list)

    def as_change(self) -> RowChange:
        entry = self.entry
        return RowChange(
            entry.row.number, entry.name, entry.branch.full_name, self.deputy is None, tuple(self.differences)
        )

    def as_new_deputy(self, started_on: date) -> NewDeputy:
        return NewDeputy(self.entry.details, tuple(self.grants), self.entry.branch, self.role, started_on)


def registered(county: Station, on: date) -> list[Deputy]:
    """All deputies of the county with their present `placement` and `held` mandates (three queries).

    Present is what has no end before the day `on`; of several, the one without an end.
    """
    present = Q(ended_on=None) | Q(ended_on__gte=on)
    memberships = Membership.objects.filter(present).select_related("branch__parent").order_by("-started_on")
    mandates = Mandate.objects.filter(present).order_by("started_on")
    deputies = list(
        Deputy.objects.filter(county=county).prefetch_related(
            Prefetch("memberships", queryset=memberships, to_attr="placements"),
            Prefetch("mandates", queryset=mandates, to_attr="mandates_held"),
        )
    )
    for deputy in deputies:
        open_first = sorted(deputy.placements, key=lambda membership: membership.ended_on is not None)
        deputy.placement = open_first[0] if open_first else None
        by_end = sorted(deputy.mandates_held, key=lambda mandate: mandate.ended_on is None)
        deputy.held = {mandate.level: mandate for mandate in by_end}
    return deputies


class Planner:
    """Compares entries with what is registered, as of the day `on` from which new facts count."""

    def __init__(self, deputies: list[Deputy], on: date, report: Report):
        self.deputies, self.on, self.report = deputies, on, report

    def steps(self, entries: list[Entry], matched: dict[int, Deputy]) -> list[Step]:
        """Return one step an entry; rules that are broken go to the report."""
        self._usual_terms = self._count_terms(entries)
        steps = [self._step(entry, matched.get(entry.row.number)) for entry in entries]
        self._check_heads(steps)
        return steps

    def missing(self, entries: list[Entry], matched: dict[int, Deputy]) -> list[Missing]:
        """Return the serving deputies of the stations in the file whom no row means."""
        stations = {entry.branch.parent_id for entry in entries}
        seen = {deputy.pk for deputy in matched.values()}
        missing = [
            deputy
            for deputy in self.deputies
            if deputy.placement and deputy.pk not in seen and deputy.placement.branch.parent_id in stations
        ]
        missing.sort(key=lambda deputy: (deputy.placement.branch.code, deputy.code))
        return [Missing(deputy.code, deputy.name, deputy.placement.branch.full_name) for deputy in missing]

    def _count_terms(self, entries: list[Entry]) -> dict[str, str]:
        """Level → the term that most rows, or else most registered mandates, name."""
        said = {level: Counter(entry.seats["term"].get(level, "") for entry in entries) for level in LEVEL_ORDER}
        held = {level: Counter() for level in LEVEL_ORDER}
        for deputy in self.deputies:
            for level, mandate in deputy.held.items():
                held[level][mandate.term] += 1
        usual = {}
        for level in LEVEL_ORDER:
            said[level].pop("", None)
            common = said[level].most_common(1) or held[level].most_common(1)
            usual[level] = common[0][0] if common else THIS_TERM
        return usual

    def _step(self, entry: Entry, deputy: Deputy | None) -> Step:
        step = Step(entry, deputy)
        if deputy:
            self._compare_details(step)
        self._compare_mandates(step)
        self._compare_placement(step)
        return step

    def _compare_details(self, step: Step) -> None:
        for key, value in step.entry.details.items():
            before = getattr(step.deputy, key)
            if key == "name" or before == value or (isinstance(before, str) and clean_text(before) == value):
                continue
            step.details[key] = value
            step.differences.append(Difference(c.TITLES[key], _words(before), _words(value)))

    def _compare_mandates(self, step: Step) -> None:
        held = step.deputy.held if step.deputy else {}
        entry = step.entry
        for level in entry.levels:
            if level in held:
                self._compare_mandate(step, held[level])
            else:
                step.grants.append(self._grant(entry, level))
        gone = [level for level in held if level not in entry.levels and held[level].ended_on is None]
        step.ends += [(held[level], "名册里没有这个层级") for level in gone]
        after = [level for level in LEVEL_ORDER if level in entry.levels or (level in held and level not in gone)]
        if step.deputy and set(after) != set(held):
            step.differences.append(Difference(c.LEVELS.title, _levels(held), _levels(after)))

    def _grant(self, entry: Entry, level: str) -> NewMandate:
        seat = entry.seat(level) | {"term": self._term(entry, level)}
        return NewMandate(level=level, started_on=self.on, **seat)

    def _term(self, entry: Entry, level: str) -> str:
        if term := entry.seats["term"][level]:
            return term
        term = self._usual_terms[level]
        message = f"没有填{MandateLevel(level).label}级的届次,按“{term}”登记,请核对。"
        self.report.warn(entry.row, c.TERM, message)
        return term

    def _compare_mandate(self, step: Step, mandate: Mandate) -> None:
        """A new 届次 is a new mandate; one that began on this very day, 选区 and 代表证号 are corrected in place."""
        level = mandate.level
        before = {column.key: getattr(mandate, column.key) for column in c.SEATS}
        said = {key: text for key, text in step.entry.seat(level).items() if text}
        changes = {key: text for key, text in said.items() if half(text) != half(before[key])}
        if not changes:
            return
        if "term" in changes and mandate.started_on < self.on:
            if mandate.ended_on is None:
                step.ends.append((mandate, "换届"))
            after = {"constituency": mandate.constituency, "certificate_number": ""} | said
            step.grants.append(NewMandate(level=level, started_on=self.on, **after))
        else:
            after = before | changes
            step.corrections.append((mandate, changes))
        step.differences += _seat_differences(MandateLevel(level).label, before, after)

    def _compare_placement(self, step: Step) -> None:
        entry, placement = step.entry, step.deputy.placement if step.deputy else None
        stays = placement is not None and placement.branch_id == entry.branch.pk
        kept = placement.role if stays else MembershipRole.MEMBER
        step.role = entry.role if entry.role is not None else kept
        step.moves = not stays or placement.role != step.role
        if step.deputy is None or not step.moves:
            return
        before = f"{placement.branch.full_name} {placement.get_role_display()}" if placement else "没有分到分站"
        after = f"{entry.branch.full_name} {MembershipRole(step.role).label}"
        step.differences.append(Difference(c.BRANCH.title, before, after))
        if placement and placement.started_on > self.on:
            message = f"登记的驻站从{placement.started_on}开始,比这次的起始日期{self.on}还晚,请把起始日期往后调。"
            self.report.refuse(entry.row, c.BRANCH, message)
        elif placement and placement.ended_on:
            message = f"登记的驻站到{placement.ended_on}结束,请把这次的起始日期调到那天以后。"
            self.report.refuse(entry.row, c.BRANCH, message)

    def _check_heads(self, steps: list[Step]) -> None:
        """A head holds a county mandate; a branch has one head."""
        heads: dict[int, Step] = {}
        meant = {step.deputy.pk for step in steps if step.deputy}
        standing = {
            deputy.placement.branch_id: deputy
            for deputy in self.deputies
            if deputy.placement and deputy.placement.role == MembershipRole.HEAD and deputy.pk not in meant
        }
        for step in steps:
            if step.role != MembershipRole.HEAD:
                continue
            entry = step.entry
            self._check_county_mandate(step)
            first = heads.setdefault(entry.branch.pk, step)
            if first is not step:
                message = f"{entry.branch.full_name}有两位站长(另一位在第{first.entry.row.number}行),请留下一位。"
                self.report.refuse(entry.row, c.ROLE, message)
            elif entry.branch.pk in standing:
                name = standing[entry.branch.pk].name
                message = (
                    f"{entry.branch.full_name}现在的站长是{name},不在这份名册里;请把他写进来或先调整他的分站职务。"
                )
                self.report.refuse(entry.row, c.ROLE, message)

    def _check_county_mandate(self, step: Step) -> None:
        """As `assign_to_branch` will ask: in force on the first day."""
        if MandateLevel.COUNTY not in step.entry.levels:
            message = "站长要有县级代表资格;请核对代表层级和分站职务。"
            self.report.refuse(step.entry.row, c.ROLE, message)
            return
        held = step.deputy.held.get(MandateLevel.COUNTY) if step.deputy else None
        if step.moves and held and held.started_on > self.on:
            message = f"县级代表资格从{held.started_on}才开始,起始日期要晚于那天才能当站长。"
            self.report.refuse(step.entry.row, c.ROLE, message)


def _seat_differences(level: str, before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    """One line for 届次 and 选区 together, as they are read together, and one for 代表证号."""
    seats = [f"{seat['term']} {seat['constituency']}".strip() for seat in (before, after)]
    numbers = [seat["certificate_number"] for seat in (before, after)]
    lines = ((f"{level}级届次和选区", *seats), (f"{level}级代表证号", *numbers))
    return [Difference(*line) for line in lines if line[1] != line[2]]


def half(text: str) -> str:
    """A 届次, 选区 or 代表证号 as the file's reader would have it, for comparing."""
    return half_width(clean_text(text))


def _words(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    return str(value or "")


def _levels(levels) -> str:
    return "、".join(MandateLevel(level).label for level in LEVEL_ORDER if level in levels)
