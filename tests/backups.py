"""The restore drill: what a test has made is backed up here and put back on another machine by the real command."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from activities.services import Matter, SundayRow, file_log
from activities.states import Presence
from opinions.models import Opinion
from scoring.services import rescore
from tests.cast import SUNDAY, moment

ROOT = Path(settings.BASE_DIR)
VILLAGER = "赵大娘"


def fill(cast) -> Opinion:
    """A Sunday with a matter, the points of it, and two files; returns the ticket."""
    matter = Matter("村西的路塌了", villager_name=VILLAGER, villager_phone="19900001234", deputy=cast.deputy_person)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, matters=[matter])
    filed = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 18))
    rescore(county=cast.county, year=SUNDAY.year, at=moment(SUNDAY, 19))
    for name in ("road.jpg", "deep/er/letter.pdf", ".half-written", "imports/register.xlsx"):
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(70_000))
    return filed.opinions[0]


def elsewhere(*arguments: str, data: Path, **environment: str) -> tuple[int, str]:
    """Run manage.py on 'another machine': its own data folder and environment. Returns exit code and all it said."""
    said = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "PYTHONPATH": str(ROOT)} | environment
    call = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(call, cwd=ROOT, env=said, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    return done.returncode, done.stdout + done.stderr
