"""The yearly figures (年度数据) of any place and period: counted, put into words, written as a paper."""

from julu_liaison.summary.figures import LABELS, MEANINGS, Summary, summary_of
from julu_liaison.summary.paper import summary_name, summary_paper
from julu_liaison.summary.wording import Grid, grid_of, paragraph_of, period_words

__all__ = [
    "LABELS",
    "MEANINGS",
    "Grid",
    "Summary",
    "grid_of",
    "paragraph_of",
    "period_words",
    "summary_name",
    "summary_of",
    "summary_paper",
]
