"""How registers name a branch: two columns, read together, and a sheet of the names there are."""

from julu_liaison.common.registers import RowReader
from julu_liaison.common.registers.cells import read_text
from julu_liaison.common.spreadsheets import Column, Sheet
from stations.models import Station
from stations.rules.naming import PlaceBook

STATION = Column(
    "station",
    "所属联络站",
    ("联络站", "乡镇", "所属乡镇", "乡镇联络站", "所属站", "所在联络站"),
    required=True,
    width=14,
    help="必填。如 官亭镇。",
    example="官亭镇",
)
BRANCH = Column(
    "branch",
    "所属分站",
    ("分站", "联络分站", "所属联络分站", "所在分站"),
    required=True,
    width=14,
    help="必填。如 第一分站,名称见“分站名称”表。",
    example="第一分站",
)
NAME_COLUMNS = (Column("station", "联络站", width=20), Column("branch", "分站", width=20))


def read_branch(reader: RowReader, places: PlaceBook) -> Station | None:
    """Return the branch that a row names, or None with the problem noted."""
    station = reader.filled(STATION, lambda cell: places.station(read_text(cell)))
    if station is None:
        reader.filled(BRANCH, read_text)
        return None
    return reader.filled(BRANCH, lambda cell: places.branch(read_text(cell), station))


def branch_names(places: PlaceBook) -> Sheet:
    """Return the sheet of a template that lists what can be written into the two columns."""
    rows = [(branch.parent.name, branch.name) for branch in places.branches]
    return Sheet("分站名称", "分站名称", NAME_COLUMNS, rows)
