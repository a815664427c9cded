"""Versions that were applied before are sealed as they are now, chains marked where they were when they were made public."""

from django.db import migrations

from scoring.rules.seals import digest_of_version


def seal_versions(apps, schema_editor):
    versions = apps.get_model("scoring", "SchemeVersion").objects
    for version in versions.filter(state="applied"):
        values = version.rules.values_list("pk", "item", "block", "points", "cap")
        digest = digest_of_version(version.number, version.starts_on, version.base, values)
        versions.filter(pk=version.pk).update(digest=digest)


def mark_chains(apps, schema_editor):
    entries, marks = apps.get_model("scoring", "PointEntry").objects, apps.get_model("scoring", "ChainMark").objects
    for closing in apps.get_model("scoring", "YearClosing").objects.select_related("scheme"):
        scheme = closing.scheme
        rows = entries.filter(county=scheme.county_id, year=scheme.year, posted_at__lte=closing.published_at)
        ends = {
            deputy: (number, digest)
            for deputy, number, digest in rows.order_by("number").values_list("deputy", "number", "digest")
        }
        marks.bulk_create(
            [
                marks.model(closing=closing, deputy_id=deputy, number=number, digest=digest)
                for deputy, (number, digest) in ends.items()
            ],
            batch_size=1000,
        )


class Migration(migrations.Migration):

    dependencies = [("scoring", "0008_seals_and_marks")]

    operations = [
        migrations.RunPython(seal_versions, migrations.RunPython.noop),
        migrations.RunPython(mark_chains, migrations.RunPython.noop),
    ]
