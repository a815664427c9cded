"""Pages that stand above the apps."""

from julu_liaison.views.audit import audit_entry, audit_trail
from julu_liaison.views.calendar import calendar, calendar_drop, calendar_load
from julu_liaison.views.console import console, console_sundays
from julu_liaison.views.exporting import export_page, export_register
from julu_liaison.views.finding import home
from julu_liaison.views.gateways import gateway, gateway_try, gateways
from julu_liaison.views.handbook import handbook, handbook_part
from julu_liaison.views.health import health
from julu_liaison.views.importing import import_failed, import_page, import_passwords, import_preview, import_template
from julu_liaison.views.inbox import notices
from julu_liaison.views.me import me
from julu_liaison.views.messages import message_again, messages_sent
from julu_liaison.views.overview import overview, overview_meanings, overview_station, overview_wall
from julu_liaison.views.overview_rows import overview_attendance, overview_receptions
from julu_liaison.views.summary import summary
from julu_liaison.views.villagers import look, not_found, privacy

__all__ = [
    "audit_entry",
    "audit_trail",
    "calendar",
    "calendar_drop",
    "calendar_load",
    "console",
    "console_sundays",
    "export_page",
    "export_register",
    "gateway",
    "gateway_try",
    "gateways",
    "handbook",
    "handbook_part",
    "health",
    "home",
    "import_failed",
    "import_page",
    "import_passwords",
    "import_preview",
    "import_template",
    "look",
    "me",
    "message_again",
    "messages_sent",
    "not_found",
    "notices",
    "overview",
    "overview_attendance",
    "overview_meanings",
    "overview_receptions",
    "overview_station",
    "overview_wall",
    "privacy",
    "summary",
]
