"""What this app asks the others. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: asked while a mail is written: notice, at; a listener returns the address, from the host on, by which the notice's reader gets
#: to what it is about without signing in, or "". What it returns is said in the mail and kept nowhere.
way_in_wanted = Signal()
