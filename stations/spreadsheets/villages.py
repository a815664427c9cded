"""The register of villages (村名册): which village belongs to which branch."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from julu_liaison.common.registers import (
    Entry,
    FirstPassword,
    FlatRegister,
    Known,
    Occasion,
    Report,
    RowReader,
    Step,
    told_by_row,
)
from julu_liaison.common.spreadsheets import Column, Sheet
from julu_liaison.common.texts import clean_text
from stations.models import Station, Village
from stations.permissions import can_edit_places, can_export_register
from stations.rules import PlaceBook, branch_names, read_branch
from stations.rules.columns import BRANCH, STATION
from stations.services import edit_village, load_villages

NAME = Column(
    "name",
    "村名",
    ("村", "村(社区)", "村居", "村庄", "名称", "行政村", "社区"),
    required=True,
    shared=False,
    width=20,
    help="必填。村或社区的全名。",
    example="安家庄村",
)
LONGEST = Village._meta.get_field("name").max_length


class VillageRegister(FlatRegister):
    """A village is told by its name within one station, so that it may move from branch to branch."""

    kind = "villages"
    title = "村名册"
    noun = "村"
    unit = "个"
    purpose = "每个村(社区)归哪个分站。改了分站的,导入后就归新的分站。"
    columns = (STATION, BRANCH, NAME)
    names_people = False
    key_column = NAME
    code_column = ""
    name_column = NAME.title
    place_column = BRANCH.title
    missing_advice = "名册里写到的联络站,登记过这些村,名册里没有;他们不改动"
    import_refusal = "村名册由县人大办公室导入,请联系他们。"
    export_refusal = "村名册由县人大办公室和本乡镇联络站导出,需要的话请联系他们。"

    def may_import(self, actor, county: Station) -> bool:
        return can_edit_places(actor, county.pk)

    def may_export(self, actor, place: Station) -> bool:
        return can_export_register(actor, place)

    def lists(self, county: Station, on: date) -> list[Sheet]:
        return [branch_names(PlaceBook(county, Station.objects.open_in(county, on)))]

    def rows(self, place: Station, on: date) -> list[list[str | int]]:
        branches = Station.objects.branches().under(place).open(on)
        villages = Village.objects.filter(branch__in=branches).select_related("branch__parent")
        return [[row.branch.parent.name, row.branch.name, row.name] for row in sorted(villages, key=_official_place)]

    def books(self, occasion: Occasion) -> PlaceBook:
        return PlaceBook(occasion.county, Station.objects.open_in(occasion.county, occasion.today))

    def entry(self, reader: RowReader, books: PlaceBook, occasion: Occasion) -> Entry | None:
        name = reader.filled_text(NAME, LONGEST)
        branch = read_branch(reader, books)
        if not reader.is_sound or not name or branch is None:
            return None
        return Entry(reader.row, (branch.pk, name), name, branch.full_name, {"branch": branch}, branch.parent_id)

    def registered(self, occasion: Occasion) -> list[Known]:
        villages = Village.objects.filter(branch__county=occasion.county).select_related("branch__parent")
        return [_known(village) for village in sorted(villages, key=_official_place)]

    def match(self, entries: list[Entry], known: list[Known], report: Report) -> dict[int, Known]:
        """The same name in the same branch; then the only one of that name left in the station, on both sides, moved."""
        matched = super().match(entries, known, report)
        taken = {id(one) for one in matched.values()}
        registered: dict[tuple, list[Known]] = defaultdict(list)
        for one in known:
            if id(one) not in taken:
                registered[one.area, clean_text(one.name)].append(one)
        left: dict[tuple, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.row.number not in matched:
                left[entry.area, entry.name].append(entry)
        for key, here in left.items():
            if len(here) == len(registered[key]) == 1:
                matched[here[0].row.number] = registered[key][0]
            elif registered[key]:
                places = "、".join(one.place for one in registered[key])
                message = f"{places}都有{key[1]},看不出哪个改了分站,请先在资料维护里改好。"
                for entry in here:
                    report.refuse(entry.row, BRANCH, message)
        return matched

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        for step in steps:
            if step.known and step.changes:
                with told_by_row(step.entry.row.number, step.entry.name):
                    edit_village(village=step.known.record, actor=occasion.actor, **step.changes)
        new = [step.entry for step in steps if step.known is None]
        names: dict[Station, list[str]] = defaultdict(list)
        for entry in new:
            names[entry.values["branch"]].append(entry.name)
        if new:
            with told_by_row(new[0].row.number, new[0].name):
                load_villages(names=names, actor=occasion.actor)
        return []


VILLAGES = VillageRegister()


def _official_place(village: Village):
    branch, station = village.branch, village.branch.parent
    return (station.official_order, station.code, branch.official_order, branch.code, village.name, village.pk)


def _known(village: Village) -> Known:
    branch = village.branch
    key = (branch.pk, clean_text(village.name))
    return Known(village, key, village.name, branch.full_name, {"branch": branch}, branch.parent_id)
