"""Pages of one's own notices: opening one, choosing how to hear of them, the links in a mail."""

from julu_liaison.notices.views.choosing import notice_settings
from julu_liaison.notices.views.links import notice_mail_confirm, notice_stop
from julu_liaison.notices.views.opening import notice_open

__all__ = ["notice_mail_confirm", "notice_open", "notice_settings", "notice_stop"]
