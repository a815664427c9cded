"""Start the embedded installation: database, demo county on the first start, worker with beat, web."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from django.conf import settings
from django.core.management import BaseCommand, call_command

from stations.models import Station

PAUSE = 5  # seconds between two looks at the worker, and before a dead one is started again
ACCOUNTS = (
    ("xian", "县级管理员"),
    ("xian2", "县级工作人员"),
    ("shenji", "审计员"),
    ("guanting", "官亭镇联络站工作人员"),
    ("yantuan", "阎疃镇联络站工作人员"),
    ("zhanzhang", "官亭镇第一分站站长"),
    ("daibiao", "官亭镇第一分站代表"),
    ("jiaotong", "县交通运输局经办人"),
    ("jiaotong2", "县交通运输局负责人"),
)


class Command(BaseCommand):
    help = "启动演示系统:建库、第一次启动时建立演示县、后台工作进程、网站"

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *, port, host, **options):
        call_command("prepare", verbosity=0, stdout=io.StringIO())
        if not Station.objects.exists():
            self.stdout.write("第一次启动,正在建立演示县,大约一分钟……")
            call_command("seed_demo")
        self._print_accounts(host, port)
        worker = KeptWorker(self._start_worker, say=self._say)
        try:
            return self._serve(host, port)
        finally:
            worker.stop()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _print_accounts(self, host: str, port: int) -> None:
        self.stdout.write(f"\n请用浏览器打开 http://{host}:{port}/ ,按 Ctrl+C 停止。")
        if Station.objects.centres().filter(is_demo=True).exists():
            self.stdout.write("演示账号(密码都是 Julu-demo-2026):")
            for username, who in ACCOUNTS:
                self.stdout.write(f"  {username:<10} {who}")
        self.stdout.flush()

    def _start_worker(self) -> subprocess.Popen:
        """Start Celery beside the web process; solo pool, since the embedded database is one file."""
        pool = ["--pool", "solo"] if settings.CELERY_BROKER_URL.startswith("filesystem") else ["--concurrency", "2"]
        schedule = ["-B", "--schedule", str(settings.DATA_DIR / "beat")]
        command = [sys.executable, "-m", "celery", "-A", "julu_liaison", "worker", *schedule, *pool, "-l", "WARNING"]
        return subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603 - our own interpreter and arguments

    def _serve(self, host: str, port: int) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if settings.PRODUCTION:
            bind = ["--bind", f"{host}:{port}", "--workers", "2", "--threads", "4"]
            subprocess.run([sys.executable, "-m", "gunicorn", "julu_liaison.wsgi", *bind], check=True)  # noqa: S603 - our own interpreter and arguments
        else:
            os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"
            call_command("runserver", f"{host}:{port}", use_reloader=False)


class KeptWorker:
    """A process beside this one that is started again when it dies, until it is stopped."""

    def __init__(self, start: Callable[[], subprocess.Popen], *, say: Callable[[str], None], pause: float = PAUSE):
        self._start, self._say, self._pause = start, say, pause
        self._stopped = threading.Event()
        self._process = start()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._stopped.wait(self._pause):
            if self._process.poll() is not None:
                self._say("后台工作进程停了,正在重新启动。")
                self._process = self._start()

    def stop(self) -> None:
        """Also while it is being started again: nobody starts another one after that."""
        self._stopped.set()
        self._watcher.join()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=20)
