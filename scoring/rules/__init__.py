"""What the facts of a year earn, what that is worth, and what the ledger lacks. Pure: rows in, rows out, no clock."""

from scoring.rules.chain import digest_of
from scoring.rules.differences import Line, NewLine, missing_lines
from scoring.rules.earnings import (
    COSTLY,
    Claim,
    DayLeft,
    Duty,
    Earning,
    Meeting,
    Ticket,
    claim_earnings,
    duty_earnings,
    leave_earnings,
    meeting_earnings,
    ticket_earnings,
)
from scoring.rules.months import Month, month_earnings
from scoring.rules.rulings import Ruling, heed, ruling_earnings
from scoring.rules.totals import grade_of, total_score
from scoring.rules.values import Release, Schedule, Tariff, Worth, valued, without_note

__all__ = [
    "COSTLY",
    "Claim",
    "DayLeft",
    "Duty",
    "Earning",
    "Line",
    "Meeting",
    "Month",
    "NewLine",
    "Release",
    "Ruling",
    "Schedule",
    "Tariff",
    "Ticket",
    "Worth",
    "claim_earnings",
    "digest_of",
    "duty_earnings",
    "grade_of",
    "heed",
    "leave_earnings",
    "meeting_earnings",
    "missing_lines",
    "month_earnings",
    "ruling_earnings",
    "ticket_earnings",
    "total_score",
    "valued",
    "without_note",
]
