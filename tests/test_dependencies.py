"""What we depend on: nothing that isn't pinned, only licences that fit, and an audit for known holes that can't pass unasked."""

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings

from tests import auditing
from tests.auditing import CLEAN, HOLES, NOT_ASKED, Told, ask, judged

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
PINNED = re.compile(r"(?m)^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)")
TOOLS = {"pip", "setuptools", "wheel", "uv"}  # of the virtual environment itself
FITTING = re.compile(
    r"MIT|BSD|Apache|MPL|Mozilla Public|LGPL|Lesser General|PSF|Python Software|ISC|Unlicense|OFL|Open Font|Zlib|CC0|HPND", re.IGNORECASE
)
# Name their licence in a file beside the code only.
READ_BY_US = {"pyrage": "MIT", "axe-playwright-python": "MIT"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name: str) -> dict[str, str]:
    return {normal(package): version for package, version in PINNED.findall((ROOT / name).read_text())}


def installed() -> dict[str, metadata.Distribution]:
    return {normal(one.metadata["Name"]): one for one in metadata.distributions() if normal(one.metadata["Name"]) not in TOOLS}


def test_nothing_is_installed_that_is_not_pinned_and_nothing_in_another_version():
    known = {(normal(name), version) for name, version in PINNED.findall((ROOT / "requirements-dev.txt").read_text())}  # by Python
    assert [f"{name} {one.version}" for name, one in installed().items() if (name, one.version) not in known] == []


def test_what_runs_is_also_tested_in_the_same_version():
    tested = pinned("requirements-dev.txt")
    assert {name: tested.get(name) for name in pinned("requirements.txt")} == pinned("requirements.txt")


def test_every_pin_has_a_hash_and_no_line_is_anything_else():
    for name in auditing.LISTS:
        for block in re.split(r"\n(?=[A-Za-z0-9-])", (ROOT / name).read_text().strip()):
            assert PINNED.match(block) and "--hash=sha256:" in block, f"{name}: {block.splitlines()[0]}"


def licences(one: metadata.Distribution) -> str:
    """What a package says of its licence; alternatives are joined by OR."""
    said = one.metadata.get("License-Expression")
    if said:
        return said
    classified = [line.rpartition("::")[2].strip() for line in one.metadata.get_all("Classifier") or [] if line.startswith("License")]
    return " OR ".join(classified) or (one.metadata.get("License") or "").split("\n")[0] or READ_BY_US.get(normal(one.metadata["Name"]), "")


def fits(said: str) -> bool:
    """Whether we may use it under one of the alternatives, all parts of which must fit."""
    return any(all(FITTING.search(part) for part in one.split(" AND ")) for one in re.split(r" OR |; ", said.strip("()")))


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ("MIT", True), ("MIT AND PSF-2.0", True), ("GNU General Public License v2 (GPLv2) OR MPL-1.1", True), ("LGPL-3.0-only", True),
        ("AGPL-3.0-only", False), ("GNU Affero General Public License v3", False), ("GPL-3.0-or-later", False), ("SSPL-1.0", False),
        ("MIT AND GPL-3.0", False), ("", False),
    ],
)  # fmt: skip
def test_licences_are_told_apart(said, good):
    assert fits(said) == good


def test_every_dependency_has_a_licence_that_fits():
    assert {name: licences(one) for name, one in installed().items() if not fits(licences(one))} == {}


# --- Known holes ---


@pytest.fixture
def advisories():
    """An advisory service on a port of this machine: `holes` maps a package to the id of its hole."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = self.server.holes.get(asked["package"]["name"])
            hole = {"id": name, "modified": "2026-01-01T00:00:00Z", "details": "x", "affected": [{"package": asked["package"]}]}
            body = json.dumps({"vulns": [hole]} if name else {}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            """Nothing on the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Service)
    server.holes = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def two_requirements(tmp_path):
    text = (ROOT / "requirements.txt").read_text()
    blocks = re.findall(r"(?m)^(?:pillow|openpyxl)==[^\n]*\\\n(?:    --hash[^\n]*\n?)+", text)
    path = tmp_path / "requirements.txt"
    path.write_text("".join(blocks))
    assert len(blocks) == 2
    return path


def test_a_known_hole_fails(advisories, two_requirements):
    address = f"http://127.0.0.1:{advisories.server_port}/v1/query"
    clean = ask(two_requirements, url=address)
    assert (clean.asked, clean.holes, clean.lacking) == (2, [], [])
    advisories.holes = {"pillow": "GHSA-hole"}
    told = ask(two_requirements, url=address)
    assert told.asked == 2 and len(told.holes) == 1 and "pillow" in told.holes[0] and "GHSA-hole" in told.holes[0]
    assert judged([told], offline=True)[0] == HOLES


def test_a_service_that_does_not_answer_is_no_pass(two_requirements):
    told = ask(two_requirements, url="http://127.0.0.1:9/v1/query")
    status, words = judged([told], offline=False)
    assert status == NOT_ASKED and "NOT AUDITED" in words
    assert judged([told], offline=True) == (CLEAN, words)  # said all the same


def test_what_could_not_be_looked_up_is_no_pass():
    skipped = auditing._read({"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}]})
    assert judged([skipped], offline=False)[0] == NOT_ASKED
    assert judged([Told()], offline=False)[0] == NOT_ASKED
    assert judged([Told(asked=3)], offline=False)[0] == CLEAN


def test_every_hole_that_is_let_be_has_its_reason():
    assert [name for name, why in auditing.REASONED.items() if len(why) < 20] == []


# --- Linters' security rules ---


def test_every_security_rule_that_is_switched_off_says_why():
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True  # noqa: S607 - git is git
    ).stdout.split()
    bare = re.compile(r"#\s*(?:ruff: )?noqa:\s*[\w, ]*\bS\d{3}[\w, ]*(?!\s*-\s*\S{3})$")
    found = [f"{name}:{at}" for name in listed if (ROOT / name).is_file()
             for at, line in enumerate((ROOT / name).read_text().splitlines(), 1) if bare.search(line)]  # fmt: skip
    assert found == []


def test_ruffs_security_rules_are_on():
    told = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "S", "--ignore", "S101", "--quiet", "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-2000:]
    assert '"S"' in (ROOT / "pyproject.toml").read_text()
