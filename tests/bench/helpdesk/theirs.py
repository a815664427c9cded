"""django-helpdesk's side, run by its own environment: `-m tests.bench.helpdesk.theirs`.

A queue a department; whoever looks is of the staff and sees all queues, as the county's staff see all tickets with us.
A ticket that is with a department is its officer's, any other nobody's; each has as many follow-ups, with the same
words and a change of status, as ours has hops.
"""

# ruff: noqa: S608 - its SQL is made of its own words
import os
from base64 import b64encode
from collections.abc import Callable
from itertools import count

import django

from tests.bench.helpdesk.amounts import (
    DAYS,
    LOOKED_AT,
    NOTE,
    OFFICES,
    ROWS,
    STAFF,
    STEPS,
    is_ended,
    is_with_office,
    steps,
)
from tests.bench.helpdesk.measuring import Action, in_turn, opened, sent, serve
from tests.bench.texts import texts

OPEN, CLOSED = 1, 4
DAYS_TO_ESCALATE = 15
LOOKER = 1  # the account of whoever looks; STAFF - 1 others
STATUSES = {"open": [OPEN, 2], "all": [OPEN, 2, 3, CLOSED, 5]}


def prepare() -> None:
    """Accounts, queues, the words of tickets, in an empty database."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0)
    for number in range(1, STAFF + 1):
        person = User(
            pk=number, username=f"u{number}", first_name=f"用户{number}", email=f"u{number}@example.org", is_staff=True,
            is_superuser=number == LOOKER,
        )  # fmt: skip
        person.set_unusable_password()
        person.save(force_insert=True)
    Queue.objects.bulk_create(
        Queue(pk=number + 1, title=f"部门{number}", slug=f"q{number}", escalate_days=DAYS_TO_ESCALATE,
              email_address=f"q{number}@example.org")
        for number in range(OFFICES)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_texts (id int PRIMARY KEY, text text)")
        cursor.executemany("INSERT INTO bench_texts VALUES (%s, %s)", list(enumerate(texts())))


def run(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def load(number: int) -> dict[str, Action]:
    """Make `number` tickets the only ones; return what can be done with them."""
    day = f"current_date - (n * 37 % {DAYS})"
    ended, office = is_ended("n"), is_with_office("n")
    owner = f"CASE WHEN {office} THEN 2 + n / 10 % {OFFICES} END"
    run(
        "TRUNCATE helpdesk_ticket CASCADE",
        "INSERT INTO helpdesk_ticket (id, title, queue_id, created, modified, submitter_email, assigned_to_id, status, on_hold, "
        "description, resolution, priority, due_date, secret_key) "
        f"SELECT n + 1, left(x.text, 20), 1 + n / 10 % {OFFICES}, {day}, {day}, '', {owner}, "
        f"CASE WHEN {ended} THEN {CLOSED} ELSE {OPEN} END, false, x.text, CASE WHEN {ended} THEN '{NOTE}' END, 3, {day} + 15, "
        f"md5(n::text) FROM generate_series(0, {number - 1}) n JOIN bench_texts x "
        "ON x.id = n * 131 % (SELECT count(*) FROM bench_texts)",
        "INSERT INTO helpdesk_followup (id, ticket_id, date, title, comment, public, user_id, new_status, message_id, email_recipients) "
        f"SELECT n * 10 + s + 1, n + 1, {day} + s, '办理', '{NOTE}', true, {LOOKER}, "
        f"CASE WHEN s > 0 THEN {OPEN} END, '', '[]' FROM generate_series(0, {number - 1}) n, "
        f"generate_series(0, {STEPS['closed'] - 1}) s WHERE s < {steps('n')}",
        "INSERT INTO helpdesk_ticketchange (followup_id, field, old_value, new_value) "
        "SELECT id, 'Status', 'Open', 'Open' FROM helpdesk_followup WHERE id % 10 > 1",
        *(
            f"SELECT setval(pg_get_serial_sequence('helpdesk_{table}', 'id'), (SELECT max(id) FROM helpdesk_{table}))"
            for table in ("ticket", "followup", "ticketchange")
        ),
        "VACUUM (ANALYZE)",
    )
    return actions()


def actions() -> dict[str, Action]:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from helpdesk.models import Ticket

    client = Client()
    client.force_login(User.objects.get(pk=LOOKER))
    of_office = Ticket.objects.filter(assigned_to__isnull=False, status=OPEN).order_by("-pk")
    looked_at = [ticket.pk for ticket in of_office[:LOOKED_AT]]
    return {
        "list, open": rows_of(client, "open"),
        "list, all": rows_of(client, "all"),
        "detail": in_turn([opened(client, f"/tickets/{key}/") for key in looked_at]),
        "create": sent(client, "/tickets/submit/", forms(), leads_to="/tickets/"),
        "dashboard": opened(client, "/dashboard/"),
        "API list": opened(client, f"/api/tickets/?page_size={ROWS}"),
        "API detail": in_turn([opened(client, f"/api/tickets/{key}/") for key in looked_at]),
        "overdue sweep": Action(lambda: call_command("escalate_tickets"), overdue),
    }


def rows_of(client, name: str) -> Action:
    """Its list is a page and the rows that the page fetches with the same filter, newest first."""
    import json

    statuses = STATUSES[name]
    query = {"filtering": {"status__in": statuses}, "filtering_null": {}, "sorting": "created", "sortreverse": "on", "search_string": ""}
    rows = b64encode(json.dumps(query).encode()).decode()
    page = "&".join(f"status={status}" for status in statuses)
    return opened(
        client, f"/tickets/?{page}&sort=created&sortreverse=on",
        f"/datatables_ticket_list/{rows}?draw=1&start=0&length={ROWS}&order[0][column]=5&order[0][dir]=desc",
    )  # fmt: skip


def forms() -> Callable[[], dict]:
    numbers, words = count(), texts()
    return lambda: {
        "queue": 1, "title": words[0][:20], "body": words[next(numbers) % len(words)], "priority": 3, "submitter_email": "",
        "assigned_to": "", "due_date": "",
    }  # fmt: skip


def overdue() -> None:
    """All open ones are late, and as if nobody had been told yet."""
    run(
        "UPDATE helpdesk_ticket SET priority = 3, last_escalation = NULL, created = current_date - 60 "
        f"WHERE status = {OPEN}",
        "VACUUM (ANALYZE)",
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.helpdesk.theirs_settings"
    django.setup()
    prepare()
    serve(load)
