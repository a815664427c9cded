"""A year from its last day to the closed account: stages, figures of everybody, publicity, closing, the kept archive."""

from scoring.services.standings import Standing, final_standings, standings_of
from scoring.services.years.archiving import archive_name, archive_path, hand_out_archive, hand_out_file, keep_archive
from scoring.services.years.closing import close_year
from scoring.services.years.late_facts import LateFact, late_facts
from scoring.services.years.publishing import publish_year
from scoring.services.years.sheets import YearSheet, year_sheet
from scoring.services.years.stages import closing_of, stage_of
from scoring.services.years.unfinished import Unfinished, unfinished_of

__all__ = [
    "LateFact",
    "Standing",
    "Unfinished",
    "YearSheet",
    "archive_name",
    "archive_path",
    "close_year",
    "closing_of",
    "final_standings",
    "hand_out_archive",
    "hand_out_file",
    "keep_archive",
    "late_facts",
    "publish_year",
    "stage_of",
    "standings_of",
    "unfinished_of",
    "year_sheet",
]
