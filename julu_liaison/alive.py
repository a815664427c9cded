"""`python -m julu_liaison.alive`: exit 0 if the web process on this machine answers and reaches its database.

For health checks of containers and units: standard library only, so that it starts quickly.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request

SECONDS = 5


def is_alive() -> bool:
    scheme = "https" if os.environ.get("TLS_CERT") else "http"
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".") or "localhost"
    call = urllib.request.Request(  # noqa: S310 - our own address
        f"{scheme}://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz", headers={"Host": host}
    )
    own_certificate = ssl._create_unverified_context()  # noqa: S323 - it is made for another name than 127.0.0.1
    try:
        with urllib.request.urlopen(call, timeout=SECONDS, context=own_certificate) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except (OSError, urllib.error.HTTPError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive() else 1)
