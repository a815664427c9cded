"""Activities: announced, signed up for, attended, finished; or recorded afterwards in one step."""

from activities.services.events.announcing import announce_activity, cancel_activity, change_activity
from activities.services.events.attendance import entering_place, finish_activity, record_attendance
from activities.services.events.audience import Audience, holders, people_in
from activities.services.events.expecting import expectations, leaves_for, refresh_expected
from activities.services.events.papers import add_activity_file, remove_activity_file
from activities.services.events.partners import ask_own_people
from activities.services.events.reading import Attendee, roll_of, tallies_of
from activities.services.events.recording import record_activity
from activities.services.events.signing import last_sign_up_day, sign_up

__all__ = [
    "Attendee",
    "Audience",
    "add_activity_file",
    "announce_activity",
    "ask_own_people",
    "cancel_activity",
    "change_activity",
    "entering_place",
    "expectations",
    "finish_activity",
    "holders",
    "last_sign_up_day",
    "leaves_for",
    "people_in",
    "record_activity",
    "record_attendance",
    "refresh_expected",
    "remove_activity_file",
    "roll_of",
    "sign_up",
    "tallies_of",
]
