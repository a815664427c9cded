"""Pages about deputies, for signed-in people; what the public sees is in `public_views`."""

from deputies.views.people import deputies, deputy, photo

__all__ = ["deputies", "deputy", "photo"]
