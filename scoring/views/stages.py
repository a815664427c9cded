"""Where a year stands, as a word beside its scores."""

from datetime import date

from scoring.models import Scheme
from scoring.services.years.stages import stage_of
from scoring.states import YearStage

WORDS = {
    YearStage.PUBLISHED: "公示中", YearStage.CLOSING: "公示已满,等待结账", YearStage.CLOSED: "已结账",
}  # fmt: skip


def stage_words(scheme: Scheme | None, on: date) -> str:
    """`暂计` until publicity begins, then the stage; read the scheme with its `closing`."""
    if scheme is None:
        return "暂计"
    return WORDS.get(stage_of(scheme, getattr(scheme, "closing", None), on), "暂计")
