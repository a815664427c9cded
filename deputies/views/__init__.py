"""Pages about deputies, for signed-in people; what the public sees is in `public_views`."""

from deputies.views.importing import import_failed, import_page, import_preview, import_template
from deputies.views.people import deputies, deputy, photo

__all__ = ["deputies", "deputy", "import_failed", "import_page", "import_preview", "import_template", "photo"]
