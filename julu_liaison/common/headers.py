"""What every answer tells the browser beside the policy for pages (CONTENT_SECURITY_POLICY): the default is the strictest,
and a view that needs less says so itself."""

NOTHING_OF = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope", "hid",
    "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{name}=()" for name in NOTHING_OF)
# Nobody presses Back after the colleague before has signed out and reads on: PCs in townships are shared.
KEPT_NOWHERE = "private, no-store"
# What isn't a page can do nothing in the site's name, were it opened as one. A browser's own viewer of PDFs needs more.
FILES = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
PAGES = ("text/html", "application/pdf")


class HeadersMiddleware:
    """Add to each answer what it doesn't say itself: which devices it may use (none), who may embed it (nobody), that it
    is kept nowhere, and for files a policy of their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        said = answer.headers
        said.setdefault("Permissions-Policy", PERMISSIONS)
        said.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        said.setdefault("Cache-Control", KEPT_NOWHERE)
        kind = said.get("Content-Type", "")  # none with a 304: the browser would take a policy for the page it has kept
        if kind and not kind.startswith(PAGES):
            said.setdefault("Content-Security-Policy", FILES)
        return answer
