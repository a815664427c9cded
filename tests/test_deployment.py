"""What a county starts: the compose file, the units, the settings that both name."""

import configparser
import getpass
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import Error

ROOT = Path(settings.BASE_DIR)
OURS = ("migrate", "web", "worker", "beat")
UNITS = ("web", "worker", "beat")


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_the_compose_file_fits_its_specification():
    call = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert done.returncode == 0, done.stdout + done.stderr


def test_our_services_run_without_rights_on_a_read_only_disk(services):
    for name in OURS:
        service = services[name]
        assert service["user"] == "10001:10001" and service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    assert "USER liaison" in (ROOT / "Dockerfile").read_text() and "--uid 10001" in (ROOT / "Dockerfile").read_text()


def test_every_service_that_stays_has_a_health_check(services):
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_only_the_site_is_reached_from_outside(services):
    assert [name for name, service in services.items() if "ports" in service] == ["web"]


def test_one_env_file_names_all_that_is_asked_for():
    known = set(re.findall(r"(?m)^([A-Z_]+)=", (ROOT / ".env.example").read_text()))
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked <= known
    said = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in sorted(known) if f"`{name}`" not in said] == []


def test_every_setting_from_the_environment_is_explained():
    asked = set(re.findall(r'env(?:\.\w+)?\("([A-Z_]+)"', (ROOT / "julu_liaison" / "settings.py").read_text()))
    said = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in sorted(asked) if f"`{name}`" not in said] == []


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_what_the_compose_file_runs(services, name):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / "docs" / "systemd" / f"liaison-{name}.service")
    service = unit["Service"]
    assert service["ExecStart"] == "/opt/liaison/.venv/bin/" + " ".join(services[name]["command"])
    assert service["User"] == "liaison" and service["NoNewPrivileges"] == "yes" and service["ProtectSystem"] == "strict"


def test_the_command_for_the_machine_has_the_settings_of_the_units(tmp_path):
    """Typed with other settings, `prepare` would quietly make a second database."""
    script = (ROOT / "docs" / "systemd" / "liaison").read_text()
    unit = (ROOT / "docs" / "systemd" / "liaison-web.service").read_text()
    (same,) = re.findall(r"(?m)^Environment=(.*)$", unit)
    assert f"\nexport {same}\n" in script and "EnvironmentFile=/etc/liaison.env" in unit and "/etc/liaison.env" in script
    written = tmp_path / "liaison.env"
    settings_of_a_county = {
        "SECRET_KEY": "'a secret of 32 characters & $more'", "ALLOWED_HOSTS": "x.example.cn", "DATA_DIR": tmp_path,
        "DATABASE_URL": "'postgres://liaison:a$b@127.0.0.1/liaison'", "REDIS_URL": "redis://127.0.0.1:6379/0",
    }  # fmt: skip
    written.write_text("".join(f"{name}={value}\n" for name, value in settings_of_a_county.items()))
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"LIAISON_ENV": str(written), "LIAISON_HOME": str(ROOT), "LIAISON_USER": getpass.getuser()}
    asked = "from django.conf import settings as s; print(s.PRODUCTION, s.SECRET_KEY, s.ALLOWED_HOSTS, s.DATA_DIR, s.BACKUP_DIR)"
    call = ["sh", str(ROOT / "docs" / "systemd" / "liaison"), "shell", "--no-imports", "-c", asked]
    done = subprocess.run(call, env=known, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    expected = f"True a secret of 32 characters & $more ['x.example.cn'] {tmp_path} /var/backups/liaison"
    assert done.stdout.strip() == expected, done.stderr


def test_secrets_and_backups_stay_out_of_the_image():
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "backups", "data", ".git"} <= set(left_out) and "COPY . ." in (ROOT / "Dockerfile").read_text()


def test_health_check_of_the_site(client, db, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")

    class Gone:
        def cursor(self):
            raise Error

    monkeypatch.setattr("julu_liaison.common.views.connection", Gone())
    assert client.get("/healthz").status_code == 503
