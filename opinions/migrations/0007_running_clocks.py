"""Clocks for the tickets that are open now, by what their last change of state says; the words a search goes by."""

from django.db import migrations
from django.utils import timezone

from opinions.rules.searching import search_words

EXTENSIONS = {"opinion": 15, "suggestion": 3}  # what a department's term may be extended by (docs/domain.md §4)


def start(apps, schema_editor):
    opinions, terms, clocks, pauses = (
        apps.get_model("opinions", name).objects for name in ("Opinion", "Term", "Clock", "Pause")
    )
    for kind, longest in EXTENSIONS.items():
        terms.filter(stage="at_department", kind=kind).update(longest_extension=longest)
    amounts = {(row.county_id, row.kind, row.stage): row for row in terms.all()}
    ended = ("closed", "refused", "merged", "void")
    for ticket in opinions.exclude(state__in=ended).order_by("pk").iterator():
        hops = [hop for hop in ticket.hops.order_by("pk") if hop.from_state != hop.to_state]
        waits = ticket.state == "waiting"
        stage = ticket.paused_state if waits else ticket.state
        term = amounts.get((ticket.county_id, ticket.kind, stage))
        hop = hops[-2] if waits and len(hops) > 1 else hops[-1] if hops else None
        due = ticket.due_on or (hop.due_on if hop else None)
        if term is None or due is None or hop is None:
            continue
        paused_on = timezone.localdate(hops[-1].at) if waits else None
        clock = clocks.create(
            opinion=ticket, stage=stage, department_id=ticket.holder_department_id,
            started_on=timezone.localdate(hop.at), amount=term.amount, unit=term.unit, statutory=term.statutory,
            due_on=due, paused_on=paused_on, alert_on=None if waits else due,
        )
        if waits:
            pauses.create(clock=clock, started_on=paused_on)


def add_details(apps, schema_editor):
    details = apps.get_model("opinions", "SuggestionDetail").objects
    for ticket in apps.get_model("opinions", "Opinion").objects.filter(kind="suggestion").order_by("pk"):
        details.create(opinion=ticket)


def write_words(apps, schema_editor):
    for ticket in apps.get_model("opinions", "Opinion").objects.order_by("pk").iterator():
        ticket.search_words = search_words([ticket.number, ticket.title, ticket.text])
        ticket.save(update_fields=["search_words"])


class Migration(migrations.Migration):

    dependencies = [("opinions", "0006_workflow_in_full")]

    operations = [
        migrations.RunPython(start, migrations.RunPython.noop),
        migrations.RunPython(add_details, migrations.RunPython.noop),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
