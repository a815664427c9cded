"""Every page × every role × own and foreign place, compared with the table in tests/access_matrix.txt.

A new URL fails here until it has its line. After looking at a change, `rm tests/access_matrix.txt` (for lines that are gone) and
`UPDATE_ACCESS_MATRIX=1 pytest tests/test_access_matrix.py -n 0` write the table anew; review its diff like code. (The API has its own
table in tests/api.)
"""

import os
import uuid
from datetime import date
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Deputy, GlyphImage
from deputies.services import (
    add_constituent,
    add_deputy,
    assign_to_branch,
    grant_mandate,
    record_contact,
    record_edition,
)
from julu_liaison.common.jobs import job_folder
from julu_liaison.common.models import AuditLog, CalendarDay, Job
from julu_liaison.common.pdf import write_atomically
from opinions.services.registries import add_director, add_reply_label, add_session
from scoring.models import Rule, Scheme
from scoring.services import open_scheme
from stations.services import add_department, add_village, appoint, open_station
from stations.states import Role
from tests.access_facts import (
    audit_arguments,
    correction_arguments,
    entry_arguments,
    month_arguments,
    notice_arguments,
    overview_arguments,
    reception_arguments,
)
from tests.cast import OPENED, SUNDAY, account, moment
from tests.headers import header_faults
from tests.points_facts import point_arguments
from tests.ticket_facts import term_arguments, ticket_arguments

TABLE = Path(__file__).with_name("access_matrix.txt")
ROLES = (
    "anonymous", "admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief",
    "other_officer",
)  # fmt: skip
DEPUTY_PAGES = ("constituents", "constituent-add", "deputy-archive", "deputy-archive-file", "deputy-photo-edit")
CONSTITUENT_PAGES = ("constituent", "constituent-contact", "constituent-end", "constituent-forget")
PLACE_PAGES = ("place", "place-move", "place-merge", "place-close", "place-reopen")
EDITION_PAGES = ("edition", "edition-file", "edition-marks", "edition-preview")
UPLOAD_PAGES = ("console-import-preview", "console-import-failed", "console-import-passwords")
SUNDAY_PAGES = ("sunday-sheet", "sunday-draft", "sunday-check", "sunday-file", "sunday-done", "sunday-print")
FILES = {"application/pdf", "application/zip", "text/csv"}
# Pictures that stand in pages, a form without anybody in it, a calendar that a phone asks for every hour (its opening is a row).
NOT_RECORDED = {"deputy-photo", "duty-log-photo", "console-import-template", "calendar-feed"}
HEADER = "# url · place · method · status for: " + " ".join(ROLES)
LEFT_OUT = ("api/",)  # the API has its own table, tests/api/test_access.py
# Django's own plumbing below /admin/: catch-alls and redirects without a name, and what takes a content type's key.
ADMIN_LEFT_OUT = {None, "view_on_site"}


def page_names() -> set[str]:
    """Return the name of every URL pattern that is not the API's, the admin's with their namespace."""

    def walk(patterns, prefix="", space=""):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, route, inner)
            elif not route.startswith(LEFT_OUT) and not (space and pattern.name in ADMIN_LEFT_OUT):
                yield space + pattern.name

    return set(walk(get_resolver().url_patterns))


def admin_arguments(cast) -> dict[str, dict[str, tuple]]:
    """Return the arguments of every page below /admin/: rows of the own county, and of another one as the foreign."""
    neighbour = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    boss = account("linxian", "邻县管理员")
    posting = appoint(user=boss, role=Role.COUNTY_ADMIN, station=neighbour, started_on=OPENED, actor=None)
    town = open_station(code="C02-A", name="邻镇", parent=neighbour, opened_on=OPENED, actor=boss)
    branch = open_station(code="C02-A01", name="邻分站", parent=town, opened_on=OPENED, actor=boss)
    scheme = open_scheme(county=neighbour, year=2026, actor=boss)
    person = add_deputy(county=neighbour, name="邻代表", actor=boss)
    foreign = {
        "stations_station": branch, "stations_posting": posting, "accounts_user": boss, "deputies_deputy": person,
        "stations_village": add_village(name="邻村", branch=branch, actor=boss),
        "stations_department": add_department(code="C02-x", name="邻县局", county=neighbour, actor=boss),
        "deputies_mandate": grant_mandate(
            deputy=person, level="township", term="第十七届", started_on=OPENED, actor=boss
        ),
        "deputies_membership": assign_to_branch(
            deputy=person, branch=branch, role="member", started_on=OPENED, actor=boss
        ),
        **_county_rows(neighbour, boss),
        "scoring_scheme": scheme, "scoring_rule": Rule.objects.filter(version__scheme=scheme).first(),
    }  # fmt: skip
    own = {
        "stations_station": cast.gt01, "stations_posting": cast.clerk.postings.get(), "accounts_user": cast.clerk,
        "deputies_deputy": cast.deputy_person, "stations_village": cast.village,
        "stations_department": cast.jiaotong, "deputies_mandate": cast.deputy_person.mandates.get(),
        "deputies_membership": cast.deputy_person.memberships.get(),
        **_county_rows(cast.county, cast.admin),
        "scoring_scheme": Scheme.objects.get(county=cast.county),
        "scoring_rule": Rule.objects.filter(version__scheme__county=cast.county).first(),
        "common_calendarday": CalendarDay.objects.create(date=date(2026, 10, 1), kind="holiday", name="国庆节"),
    }  # fmt: skip
    pages = {
        f"admin:{model}_{page}": {"own": (row.pk,)} | ({"foreign": (foreign[model].pk,)} if model in foreign else {})
        for model, row in own.items()
        for page in ("change", "history", "delete")
    }
    apps = sorted({model.partition("_")[0] for model in own})
    pages |= {"admin:app_list": {app: (app,) for app in apps}}
    return pages | term_arguments(cast, neighbour) | glyph_arguments(cast, neighbour)


def glyph_arguments(cast, neighbour) -> dict[str, dict[str, tuple]]:
    """Pictures of characters, of the own county and another."""
    rows = {
        place: GlyphImage.objects.create(
            county=county, character="\U0002b740", image=b"a picture", digest="0" * 64, note="身份证", added_at=moment(SUNDAY)
        )
        for place, county in (("own", cast.county), ("foreign", neighbour))
    }
    return {name: {place: (row.uid,) for place, row in rows.items()} for name in ("glyph", "glyph-drop")}


def _county_rows(county, admin) -> dict[str, object]:
    """What a county keeps for its suggestions."""
    return {
        "opinions_congresssession": add_session(
            county=county, term="第十七届", ordinal=5, starts_on=SUNDAY, ends_on=SUNDAY, actor=admin
        ),
        "opinions_director": add_director(county=county, name="督办人", position="副主任", actor=admin),
        "opinions_replylabel": add_reply_label(county=county, reply_class="A", label="已经解决", actor=admin),
    }


def arguments(cast) -> dict[str, dict[str, tuple]]:
    """Return the arguments of every URL that takes some, for an own (官亭镇) and a foreign (阎疃镇) place."""
    at = moment(SUNDAY)
    logs = {
        place: file_log(
            row=SundayRow(branch=branch, attendance={person: Presence.PRESENT}), on=SUNDAY, actor=clerk, at=at
        ).log
        for place, branch, person, clerk in (
            ("own", cast.gt01, cast.deputy_person, cast.clerk),
            ("foreign", cast.yt01, cast.deputies["YT01"][0], cast.stranger),
        )
    }
    jobs = {
        place: Job.objects.create(
            kind="monthly_report", title="月报", asked_by=asker, created_at=at, state=Job.State.DONE, file="report.pdf"
        )
        for place, asker in (("own", cast.clerk), ("foreign", cast.stranger))
    }
    for job in jobs.values():
        write_atomically(job_folder(job) / "report.pdf", b"%PDF-")
    for name in ("editions/one.pdf", "editions/one.png", "editions/one-marks.pdf", "photos/one.jpg"):
        write_atomically(Path(settings.MEDIA_ROOT) / name, b"a file")
    people = {"own": cast.deputies["GT01"][2], "foreign": cast.deputies["YT01"][1]}
    Deputy.objects.filter(pk__in=[person.pk for person in people.values()]).update(photo="photos/one.jpg")
    branches = {"own": cast.gt01, "foreign": cast.yt01}
    constituents = {
        place: add_constituent(deputy=person, name="村民甲", started_on=OPENED, actor=None)
        for place, person in people.items()
    }
    contacts = {
        place: record_contact(constituent=row, date=SUNDAY, form="visit", actor=None, at=at)
        for place, row in constituents.items()
    }
    editions = {
        place: record_edition(
            place=branch, product="board", size="A3", number=1, facts={}, facts_hash=uuid.uuid4().hex,
            file="editions/one.pdf", at=at, actor=None,
        )
        for place, branch in branches.items()
    }
    day = SUNDAY.isoformat()
    both = ("own", "foreign")
    return {
        **admin_arguments(cast), **reception_arguments(cast, logs), **ticket_arguments(cast), **point_arguments(cast),
        **month_arguments(cast), **overview_arguments(cast), **entry_arguments(cast),
        **notice_arguments(cast), **audit_arguments(cast), **correction_arguments(cast),
        "duty-log": {place: (logs[place].uid,) for place in both},
        "job": {place: (jobs[place].uid,) for place in both},
        "job-file": {place: (jobs[place].uid,) for place in both},
        "job-resume": {place: (jobs[place].uid,) for place in both},
        "deputy": {place: (people[place].code,) for place in both},
        "deputy-photo": {place: (people[place].code,) for place in both},
        "branch-page": {place: (branches[place].code,) for place in both},
        **{name: {place: (editions[place].uid,) for place in both} for name in EDITION_PAGES},
        "board-draft": {place: (branches[place].code,) for place in both},
        "deputy-score": {place: (people[place].code,) for place in both},
        **{name: {place: (people[place].code,) for place in both} for name in DEPUTY_PAGES},
        "deputy-consent": {place: (people[place].code, "phone") for place in both},
        **{name: {place: (constituents[place].uid,) for place in both} for name in CONSTITUENT_PAGES},
        "contact-void": {place: (contacts[place].uid,) for place in both},
        "branch": {place: (branches[place].code,) for place in both},
        **{name: {place: (branches[place].code,) for place in both} for name in PLACE_PAGES},
        "console-export-register": {kind: (kind,) for kind in ("deputies", "staff", "constituents", "nothing")},
        **{name: {"-": (uuid.UUID(int=1),)} for name in UPLOAD_PAGES},
        **{name: {"-": (day,)} for name in SUNDAY_PAGES},
    }


def statuses(cast, role: str) -> tuple[dict[tuple[str, str, str], int], list[str]]:
    """Ask for every page as `role`; return the status by (url, place, method), and what is wrong with an answer: headers
    that are too weak, a file or a sheet to print that left no row in the audit trail.

    Everybody signs in once: what a page writes, a session's end included, is taken back before the next is opened.
    """
    found, faults = {}, []
    places = arguments(cast)
    cookies = _signed_in(getattr(cast, role)) if role != "anonymous" else SimpleCookie()
    trail = AuditLog.objects.filter(pk__gt=AuditLog.objects.latest("pk").pk)
    for name in sorted(page_names()):
        for place, args in places.get(name, {"-": ()}).items():
            for method in ("GET", "POST"):
                client = Client(raise_request_exception=False)
                client.cookies.load(cookies)
                with transaction.atomic():
                    answer = client.generic(method, reverse(name, args=args))
                    if method == "POST" and answer.status_code < 400:
                        connection.check_constraints()  # the end of the test sees nothing of it any more
                    if _leaves_the_house(name, answer) and not trail.exists():
                        faults.append(f"{name} {place} {method}: no row in the audit trail")
                    transaction.set_rollback(True)
                found[name, place, method] = answer.status_code
                weak = header_faults(answer)
                faults += [f"{name} {place} {method}: {fault}" for fault in weak]
    return found, faults


def _leaves_the_house(name: str, answer) -> bool:
    """A file to take away, or a page made for paper."""
    if answer.status_code != 200 or name in NOT_RECORDED:
        return False
    kind = answer.headers["Content-Type"].partition(";")[0]
    return "-print" in name or "Content-Disposition" in answer.headers or kind in FILES


def _signed_in(user) -> SimpleCookie:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies


def read_table() -> dict[tuple[str, str, str], list[int]]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(line[:3]): [int(status) for status in line[3:]] for line in lines}


def test_the_table_names_every_page_and_no_other():
    assert {url for url, _place, _method in read_table()} == page_names()


def _on_one_database(role: str):
    """Who may is the same on every database: two roles open every page on PostgreSQL, the others on SQLite."""
    on_servers = role in ("admin", "clerk")
    return pytest.param(role, marks=pytest.mark.servers if on_servers else pytest.mark.once)


@pytest.mark.parametrize("role", [_on_one_database(role) for role in ROLES])
@pytest.mark.django_db
def test_every_page_answers_as_the_table_says(cast, media, role):
    found, faults = statuses(cast, role)
    if os.environ.get("UPDATE_ACCESS_MATRIX"):
        _update(role, found)
    column = ROLES.index(role)
    wanted = {key: row[column] for key, row in read_table().items()}
    assert found == wanted
    assert not [key for key, status in found.items() if status >= 500]
    assert faults == []


def _update(role: str, found: dict) -> None:
    """Write one role's column into the table."""
    table = read_table() if TABLE.exists() else {}
    column = ROLES.index(role)
    fresh = {}
    for key, status in found.items():
        row = table.get(key, [0] * len(ROLES))
        row[column] = status
        fresh[key] = row
    lines = [f"{' '.join(key):<40} {' '.join(map(str, row))}" for key, row in sorted(fresh.items())]
    TABLE.write_text("\n".join([HEADER, *lines]) + "\n")
