"""Every service of the compose file by hand: its exact command and its exact health check, until it is told to stop."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.servers.test_restore_drill import another_database

ROOT = Path(settings.BASE_DIR)
PATIENCE = 60  # seconds until a service answers; a busy machine needs most of them


@pytest.fixture
def services() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.fixture
def migrated_database(transactional_db, migrated) -> Iterator[str]:
    """A copy of what the migrations make, which the suite has just run: the deployment's own run finds nothing left to do."""
    with another_database(migrated.name) as url:
        yield url


@pytest.fixture
def environment(migrated_database, tmp_path) -> dict:
    """What the compose file and .env say, with this machine's servers in the place of the containers'."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path),
        "APP_ENV": "production", "DATABASE_URL": migrated_database, "REDIS_URL": os.environ["REDIS_URL"],
        "DATA_DIR": str(tmp_path / "data"), "BACKUP_DIR": str(tmp_path / "backups"), "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "liaison.example.internal", "SITE_URL": "https://liaison.example.internal", "HTTPS": "on",
        "TLS_CERT": "", "TLS_KEY": "", "EMAIL_URL": "", "MAIL_FROM": "", "FIELD_KEYS": "", "BACKUP_RECIPIENT": "", "NUM_PROXIES": "0",
        "PORT": "18431",
    }  # fmt: skip


def words_of(test: list[str], here: Path) -> list[str]:
    """A health check as a process; `/tmp` of the container is a folder of the test's own."""
    kind, *words = test
    words = [word.replace("$$", "$").replace("/tmp/", f"{here}/") for word in words]  # noqa: S108 - what the compose file and the units say
    return ["sh", "-c", *words] if kind == "CMD-SHELL" else words


def test_every_service_runs_answers_and_stops(services, environment, tmp_path):
    run = {"cwd": ROOT, "env": environment}
    prepared = subprocess.run(services["migrate"]["command"], capture_output=True, text=True, check=False, **run)  # noqa: S603 - what the compose file and the units say
    assert prepared.returncode == 0, prepared.stderr
    for name in ("web", "worker", "beat"):
        command = [word.replace("/tmp/", f"{tmp_path}/") for word in services[name]["command"]]  # noqa: S108 - what the compose file and the units say
        log = tmp_path / f"{name}.log"
        with log.open("w") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, **run)  # noqa: S603 - what the compose file and the units say
        try:
            _wait_until_healthy(words_of(services[name]["healthcheck"]["test"], tmp_path), process, log, run)
            process.send_signal(signal.SIGTERM)
            # Beat may be told before it has begun to listen.
            assert process.wait(timeout=PATIENCE) in (0, -signal.SIGTERM), log.read_text()
        finally:
            process.kill()
            process.wait()
        assert "Traceback" not in log.read_text()


def _wait_until_healthy(check: list[str], process, log: Path, run: dict) -> None:
    end = time.monotonic() + PATIENCE
    while subprocess.run(check, capture_output=True, check=False, **run).returncode:  # noqa: S603 - what the compose file and the units say
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, f"{shlex.join(check)}: {log.read_text()}"


def test_the_units_are_sound(tmp_path):
    """systemd's own check, with the program's place on this machine."""
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing; .ci/run installs systemd"
    for unit in (ROOT / "docs" / "systemd").glob("*.*"):
        text = unit.read_text().replace("/opt/liaison/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(text.replace("/opt/liaison", str(ROOT)))
    units = sorted(str(path) for path in tmp_path.glob("liaison*"))
    done = subprocess.run([program, "verify", "--man=no", *units], capture_output=True, text=True, check=False)  # noqa: S603 - what the compose file and the units say
    ours = [line for line in done.stderr.splitlines() if "liaison" in line and "postgresql" not in line]
    assert ours == [] and done.returncode == 0, done.stderr
