"""Pages about deputies, for signed-in people; what the public sees is in `public_views`."""

from deputies.views.consents import consent
from deputies.views.people import deputies, deputy
from deputies.views.photos import photo, photo_edit, photos

__all__ = [
    "consent",
    "deputies",
    "deputy",
    "photo",
    "photo_edit",
    "photos",
]
