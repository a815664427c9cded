"""Requests to correct what is held of somebody (更正申请): asked for, applied or refused with a reason, withdrawn."""

from deputies.services.corrections.applying import PLAIN, is_plain
from deputies.services.corrections.asking import LONGEST_REASON, LONGEST_VALUE, ask_correction
from deputies.services.corrections.moving import LONGEST_NOTE, move_correction

__all__ = [
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_VALUE",
    "PLAIN",
    "ask_correction",
    "is_plain",
    "move_correction",
]
