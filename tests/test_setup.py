"""Setting up: production refuses weak settings, requirements are pinned, the models have their migrations."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "x9" * 25,
    "DATABASE_URL": "postgres://liaison:secret@127.0.0.1/liaison",
    "ALLOWED_HOSTS": "liaison.example.internal",
}


def start(tmp_path, **environment) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(tmp_path), "PYTHONUTF8": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_good_settings(tmp_path):
    done = start(tmp_path, **GOOD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("SECRET_KEY", None, "必须设置 SECRET_KEY"),
        ("SECRET_KEY", "short", "必须设置 SECRET_KEY"),
        ("SECRET_KEY", settings.DEVELOPMENT_SECRET, "必须设置 SECRET_KEY"),
        ("DATABASE_URL", None, "必须设置 DATABASE_URL"),
        ("ALLOWED_HOSTS", None, "必须设置 ALLOWED_HOSTS"),
        ("DEBUG", "on", "不能打开 DEBUG"),
    ],
)
def test_production_refuses_weak_settings_in_words(tmp_path, setting, value, sentence):
    environment = {name: text for name, text in (GOOD | {setting: value}).items() if text is not None}
    done = start(tmp_path, **environment)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_embedded_default_needs_no_settings(tmp_path):
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_address(name):
    text = (ROOT / name).read_text()
    pinned = re.findall(r"^([a-z0-9][\w.\-\[\]]*)==\S+", text, re.MULTILINE)
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert len(pinned) > 40
    assert "://" not in text
    for block in blocks:
        if "==" in block.split("\n")[0]:
            assert "--hash=sha256:" in block, block.split("\n")[0]


def test_design_cards_dependencies_are_there():
    text = (ROOT / "requirements.txt").read_text()
    card = ("django==5.2", "django-mptt", "djangorestframework", "psycopg", "celery", "redis", "pillow", "openpyxl")
    for name in card:
        assert re.search(rf"^{re.escape(name)}", text, re.MULTILINE), name
