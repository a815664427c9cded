"""`manage.py run`: the worker beside the web process is kept up."""

import subprocess
import sys
from queue import Queue

import pytest

from julu_liaison.management.commands.run import KeptWorker

pytestmark = pytest.mark.once


def test_a_worker_that_died_is_started_again_until_it_is_stopped():
    started: Queue[subprocess.Popen] = Queue()
    said: Queue[str] = Queue()

    def start() -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        started.put(process)
        return process

    worker = KeptWorker(start, say=said.put, pause=0.01)
    first = started.get(timeout=20)
    first.kill()
    second = started.get(timeout=20)
    assert "重新启动" in said.get(timeout=20)
    assert first.poll() is not None and second.poll() is None
    worker.stop()
    assert second.poll() is not None and started.empty()
