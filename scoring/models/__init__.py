"""Rows of the ledger: schemes and their versions, entries, claims and appeals, the closing of a year."""

from scoring.models.ledger import PointEntry
from scoring.models.marks import ChainMark
from scoring.models.questions import Appeal, BonusClaim, ClaimFile, ClaimStep
from scoring.models.schemes import Grade, Rule, Scheme, SchemeVersion, Waiver
from scoring.models.years import AbsenceAlert, QuarterStatement, YearClosing, YearResult

__all__ = [
    "AbsenceAlert",
    "Appeal",
    "BonusClaim",
    "ChainMark",
    "ClaimFile",
    "ClaimStep",
    "Grade",
    "PointEntry",
    "QuarterStatement",
    "Rule",
    "Scheme",
    "SchemeVersion",
    "Waiver",
    "YearClosing",
    "YearResult",
]
