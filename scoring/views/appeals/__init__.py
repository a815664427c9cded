"""Pages of appeals (复核): raising one on the phone, the county's desk, one of them with its answer."""

from scoring.views.appeals.desk import appeal, appeals
from scoring.views.appeals.mine import (
    appeal_missing,
    appeal_missing_for,
    appeal_raise,
    appeal_withdraw,
    appeals_mine,
)

__all__ = [
    "appeal",
    "appeal_missing",
    "appeal_missing_for",
    "appeal_raise",
    "appeal_withdraw",
    "appeals",
    "appeals_mine",
]
