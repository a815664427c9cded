"""How gunicorn runs: `gunicorn -c python:julu_liaison.gunicorn julu_liaison.wsgi`. Everything from the environment.

With TLS_CERT and TLS_KEY it speaks https itself, so that no proxy is needed; static files come from the same process.
"""

import os

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - the county's own network
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
certfile = os.environ.get("TLS_CERT") or None
keyfile = os.environ.get("TLS_KEY") or None
timeout = 120  # archives of photos over a slow line
graceful_timeout = 30  # what is being filed is filed before a new version starts
max_requests = 5000
max_requests_jitter = 500
# In memory: heartbeats must not wait for a disk, and the container's own is read-only.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn makes a private file there
control_socket_disable = True  # nobody steers it while it runs, and the container has no place for the socket
# The application writes one line a request itself, without addresses (common/logs.py).
accesslog = None
errorlog = "-"
