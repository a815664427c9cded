"""Pages of activities: the list, announcing, one activity, who came, and the deputy's own."""

from activities.views.events.announcing import activity_edit, activity_new
from activities.views.events.attendance import attendance, attendance_file
from activities.views.events.calling import activity_calls
from activities.views.events.lists import activities
from activities.views.events.mine import my_activities, my_activity
from activities.views.events.page import activity, activity_cancel, file_add, file_download, file_remove, own_people

__all__ = [
    "activities",
    "activity",
    "activity_calls",
    "activity_cancel",
    "activity_edit",
    "activity_new",
    "attendance",
    "attendance_file",
    "file_add",
    "file_download",
    "file_remove",
    "my_activities",
    "my_activity",
    "own_people",
]
