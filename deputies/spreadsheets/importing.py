"""The deputies' register (代表名册): what a file does to people, mandates and memberships."""

from collections.abc import Sequence
from datetime import date, timedelta

from deputies.permissions import can_import_deputies
from deputies.services import assign_to_branch, edit_deputies, edit_mandate, end_mandate, grant_mandate, load_deputies
from deputies.spreadsheets.columns import BRANCH, COLUMNS, NAME
from deputies.spreadsheets.entries import read_entries
from deputies.spreadsheets.exporting import register_rows
from deputies.spreadsheets.matching import find_repeats, match_entries
from deputies.spreadsheets.planning import Planner, Step, registered
from deputies.states import MembershipRole
from julu_liaison.common.registers import FirstPassword, Occasion, Register, Report, told_by_row
from julu_liaison.common.spreadsheets import Sheet, Table
from stations.models import Station
from stations.permissions import can_export_register
from stations.rules import PlaceBook, branch_names


class DeputyRegister(Register):
    """New mandates and memberships count from the occasion's first day. Each row means a person as `matching` has it.

    Empty cells change nothing, but an empty 分站职务 is 成员; a level that is no longer in 代表层级 ends the day before. An
    empty 届次 keeps what is registered, or for a new mandate takes the one most rows have, with a warning.
    """

    kind = "deputies"
    title = "代表名册"
    noun = "代表"
    unit = "人"
    purpose = "代表本人、代表资格(层级、届次、选区、证号)和所在分站。"
    columns = COLUMNS
    name_column = NAME.title
    place_column = BRANCH.title
    missing_advice = "名册里写到的联络站,有这些人不在名册里;他们不改动,离任、调走请在代表资料里办"
    import_refusal = "代表名册由县人大办公室导入,请联系他们。"
    export_refusal = "代表名册由县人大办公室和本乡镇联络站导出,需要的话请联系他们。"
    is_dated = True
    day_hint = "新的代表资格、调动和新增的驻站从这一天算起。"

    def may_import(self, actor, county: Station) -> bool:
        return can_import_deputies(actor, county)

    def may_export(self, actor, place: Station) -> bool:
        return can_export_register(actor, place)

    def lists(self, county: Station, on: date) -> list[Sheet]:
        return [branch_names(PlaceBook(county, Station.objects.open_in(county, on)))]

    def rows(self, place: Station, on: date) -> list[list[str | int]]:
        return register_rows(place, on)

    def plan(self, table: Table, occasion: Occasion, report: Report) -> Sequence[Step]:
        county, first_day = occasion.county, occasion.started_on
        places = PlaceBook(county, Station.objects.open_in(county, max(occasion.today, first_day)))
        entries = find_repeats(read_entries(table, places, occasion.today, report), report)
        deputies = registered(county, first_day)
        matched = match_entries(entries, deputies, report)
        planner = Planner(deputies, first_day, report)
        steps = planner.steps(entries, matched)
        report.missing = planner.missing(entries, matched)
        return steps

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        """Members first and heads last, so that branches may exchange their heads in one file."""
        first_day, actor = occasion.started_on, occasion.actor
        known = [step for step in steps if step.deputy]
        details = {step.deputy.pk: step.details for step in known if step.details}
        if details:
            with _told(next(step for step in known if step.details)):
                edit_deputies(county=occasion.county, changes=details, actor=actor)
        for step in known:
            with _told(step):
                _write_mandates(step, first_day, actor)
        for step in known:
            if step.moves and not _is_promoted(step):
                with _told(step):
                    _assign(step, MembershipRole.MEMBER, first_day, actor)
        new = [step for step in steps if not step.deputy]
        if new:
            with _told(new[0]):
                people = [step.as_new_deputy(first_day) for step in new]
                load_deputies(county=occasion.county, people=people, actor=actor)
        for step in known:
            if step.moves and step.role == MembershipRole.HEAD:
                with _told(step):
                    _assign(step, MembershipRole.HEAD, first_day, actor)
        return []


DEPUTIES = DeputyRegister()


def _told(step: Step):
    return told_by_row(step.entry.row.number, step.entry.name)


def _is_promoted(step: Step) -> bool:
    """Becomes head of the branch where they are a member already."""
    placement = step.deputy.placement
    return bool(placement) and placement.branch_id == step.entry.branch.pk and step.role == MembershipRole.HEAD


def _write_mandates(step: Step, started_on: date, actor) -> None:
    for mandate, changes in step.corrections:
        edit_mandate(mandate=mandate, actor=actor, **changes)
    for mandate, reason in step.ends:
        last_day = max(mandate.started_on, started_on - timedelta(days=1))
        end_mandate(mandate=mandate, ended_on=last_day, reason=reason, actor=actor)
    for new in step.grants:
        grant_mandate(
            deputy=step.deputy, level=new.level, term=new.term, constituency=new.constituency,
            certificate_number=new.certificate_number, started_on=new.started_on, actor=actor,
        )  # fmt: skip


def _assign(step: Step, role: str, started_on: date, actor) -> None:
    assign_to_branch(deputy=step.deputy, branch=step.entry.branch, role=role, started_on=started_on, actor=actor)
