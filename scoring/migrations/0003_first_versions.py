"""Schemes of before become their first versions, and the entries of before a chain."""

from datetime import date

from django.db import migrations
from django.utils import timezone

from scoring.rules.chain import digest_of


def give_versions(apps, schema_editor):
    Version, Rule = apps.get_model("scoring", "SchemeVersion"), apps.get_model("scoring", "Rule")
    for scheme in apps.get_model("scoring", "Scheme").objects.all():
        scheme.late_until = date(scheme.year + 1, 1, 31)
        scheme.save(update_fields=["late_until"])
        version = Version.objects.create(
            scheme=scheme, number=1, starts_on=date(scheme.year, 1, 1), base=scheme.base, state="applied",
            drafted_at=timezone.now(), applied_at=timezone.now(),
        )
        Rule.objects.filter(scheme=scheme).update(version=version)
        Rule.objects.bulk_create(
            Rule(scheme=scheme, version=version, item=item, points=0, block="base")
            for item in ("sick_leave", "official_leave", "maternity_leave", "other_leave")
        )


def chain_entries(apps, schema_editor):
    Entry = apps.get_model("scoring", "PointEntry")
    place, number, digest, numbers = None, 0, "", {}
    rows = Entry.objects.select_related("deputy").order_by("deputy", "year", "pk")
    for entry in rows.iterator():
        if place != (entry.deputy_id, entry.year):
            place, number, digest, numbers = (entry.deputy_id, entry.year), 0, "", {}
        number += 1
        numbers[entry.pk] = number
        digest = digest_of(
            digest, deputy=entry.deputy.code, year=entry.year, number=number, rule=entry.rule_id, block=entry.block,
            points=entry.points, occurred_on=entry.occurred_on, reason=entry.reason, source=entry.source,
            source_key=entry.source_key, fact_key=entry.fact_key, turn=entry.turn,
            reverses=numbers.get(entry.reverses_id), posted_at=entry.posted_at,
        )
        Entry.objects.filter(pk=entry.pk).update(county=entry.deputy.county_id, number=number, digest=digest)


class Migration(migrations.Migration):

    dependencies = [("scoring", "0002_versions_claims_years")]

    operations = [
        migrations.RunPython(give_versions, migrations.RunPython.noop),
        migrations.RunPython(chain_entries, migrations.RunPython.noop),
    ]
