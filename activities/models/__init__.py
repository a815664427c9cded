"""Rosters and leave, duty logs and visits, activities and service records."""

from activities.models.events import (
    Activity,
    ActivityAttendance,
    ActivityFile,
    LivelihoodProject,
    PlanFile,
    PlanItem,
    WorkPlan,
)
from activities.models.leaves import Exemption, Leave, Swap
from activities.models.logs import (
    Attendance,
    DutyLog,
    FilingException,
    FilingLimit,
    LogPhoto,
    LogVersion,
    SheetDraft,
)
from activities.models.months import CompleteMonth, MonthEdition, MonthReport, ReportStep
from activities.models.placed import AttachedFile, Placed, Registered, Serial, placed_models
from activities.models.rosters import (
    CalendarFeed,
    DutyPreference,
    OtherService,
    Roster,
    RosterChange,
    Shift,
    ShiftPlace,
)
from activities.models.services import ServiceRecord
from activities.models.visits import Visit

__all__ = [
    "Activity",
    "ActivityAttendance",
    "ActivityFile",
    "AttachedFile",
    "Attendance",
    "CalendarFeed",
    "CompleteMonth",
    "DutyLog",
    "DutyPreference",
    "Exemption",
    "FilingException",
    "FilingLimit",
    "Leave",
    "LivelihoodProject",
    "LogPhoto",
    "LogVersion",
    "MonthEdition",
    "MonthReport",
    "OtherService",
    "Placed",
    "PlanFile",
    "PlanItem",
    "Registered",
    "ReportStep",
    "Roster",
    "RosterChange",
    "Serial",
    "ServiceRecord",
    "SheetDraft",
    "Shift",
    "ShiftPlace",
    "Swap",
    "Visit",
    "WorkPlan",
    "placed_models",
]
