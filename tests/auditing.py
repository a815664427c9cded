"""`make audit`: are holes known in the pinned requirements? It asks the advisory service (OSV) through pip-audit.

Ends with 0 if every requirement was looked up and none has a known hole, 1 if one has, 3 if it could not be asked: that
is never a pass. Where a machine has no way out, AUDIT_OFFLINE=1 makes 3 a 0, with the same words; AUDIT_URL names a mirror.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt")
CLEAN, HOLES, NOT_ASKED = 0, 1, 3
# A hole that does not touch us: its id → why not, and until when this is to be looked at again.
REASONED: dict[str, str] = {}


@dataclass
class Told:
    """What was found out: how many were looked up, `name version: id` of holes, why others were not looked up."""

    asked: int = 0
    holes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def ask(requirements: Path, *, url: str = "") -> Told:
    """Look every requirement of a pinned file up. Nothing is installed or resolved: the file is complete."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        call = [
            sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes", "--disable-pip",
            "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off",
            "--output", str(answer), *(["--osv-url", url] if url else []),
        ]  # fmt: skip
        done = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if not answer.is_file():
            return Told(lacking=[(done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]])
        return _read(json.loads(answer.read_text()))


def _read(answer: dict) -> Told:
    """What could not be looked up counts as such: pip-audit itself only warns of it."""
    told = Told()
    for one in answer["dependencies"]:
        if "skip_reason" in one:
            told.lacking.append(f"{one['name']}: {one['skip_reason']}")
            continue
        told.asked += 1
        ids = [hole["id"] for hole in one["vulns"] if hole["id"] not in REASONED and not set(hole.get("aliases", ())) & set(REASONED)]
        told.holes += [f"{one['name']} {one['version']}: {name}" for name in ids]
    return told


def judged(told: list[Told], *, offline: bool) -> tuple[int, str]:
    """Return the exit status and what is said."""
    holes = sorted({line for one in told for line in one.holes})
    lacking = sorted({line for one in told for line in one.lacking})
    if holes:
        return HOLES, "KNOWN HOLES in what is installed:\n" + "\n".join(holes)
    if lacking or not all(one.asked for one in told):
        words = "NOT AUDITED: the advisory service could not be asked, nothing is known about holes.\n" + "\n".join(lacking[:5])
        return (CLEAN if offline else NOT_ASKED), words
    return CLEAN, f"{max(one.asked for one in told)} requirements looked up, no known hole."


def main() -> int:
    told = [ask(ROOT / name, url=os.environ.get("AUDIT_URL", "")) for name in LISTS]
    status, words = judged(told, offline=os.environ.get("AUDIT_OFFLINE") == "1")
    print(words, file=sys.stderr if "AUDITED" in words or status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
