"""Names registered before official lists could be ordered by strokes get their key."""

from django.db import migrations

from deputies.rules import name_stroke_key


def fill(apps, schema_editor):
    Deputy = apps.get_model("deputies", "Deputy")
    rows = list(Deputy.objects.filter(stroke_key="").only("pk", "name"))
    for row in rows:
        row.stroke_key = name_stroke_key(row.name)
    Deputy.objects.bulk_update(rows, ["stroke_key"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("deputies", "0002_constituents_photos_history")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
