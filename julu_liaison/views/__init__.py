"""Pages that stand above the apps."""

from julu_liaison.views.console import console, console_sundays
from julu_liaison.views.finding import home
from julu_liaison.views.inbox import notices
from julu_liaison.views.me import me

__all__ = ["console", "console_sundays", "home", "me", "notices"]
