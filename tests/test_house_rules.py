"""Rules of the house that no linter knows (docs/architecture.md)."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
APPS = ("stations", "deputies", "activities", "opinions", "scoring")
DOORS = (
    "urls", "public_urls", "views", "public_views", "admin", "api", "receivers", "tasks", "spreadsheets", "posters",
    "reports", "forms",
)  # fmt: skip
MODULES = sorted(
    path
    for package in (*APPS, "julu_liaison")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
READ_ONLY = (
    "views", "public_views", "api", "admin", "querysets", "permissions", "rules", "workflow", "forms", "reports",
)  # fmt: skip


def dotted(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


@pytest.mark.parametrize("path", [path for path in MODULES if dotted(path)[0] in APPS], ids=str)
def test_no_app_imports_another_apps_door(path):
    app = dotted(path)[0]
    foreign = [
        name
        for name in imports_of(path)
        if (parts := name.split("."))[0] in APPS and parts[0] != app and len(parts) > 1 and parts[1] in DOORS
    ]
    assert foreign == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_is_written_except_through_a_service(path):
    """Doors and pure rules call no save/create/update/delete of a queryset or row."""
    parts = dotted(path)
    if parts[0] not in APPS or parts[1] not in READ_ONLY:
        return
    writes = re.findall(
        r"\.(?:save|bulk_create|bulk_update|get_or_create|update_or_create|objects\.create)\(|\)\.update\(",
        path.read_text(),
    )
    assert [write for write in writes if write] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_drawer_for_odds_and_ends(path):
    assert path.stem not in ("utils", "helpers", "misc")


def test_no_registry_address_or_machine_path_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is git
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    suspects = re.compile(r"p[y]pi\.|python[h]osted|[n]pmjs|--(extra-)?index-u[r]l|/[h]ome/[a-z]|/[r]oot/")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in (".png", ".xlsx", ".pdf", ".doc", ".xls") or not path.is_file():
            continue
        found += [f"{name}: {line.strip()[:80]}" for line in path.read_text().splitlines() if suspects.search(line)]
    assert found == []
