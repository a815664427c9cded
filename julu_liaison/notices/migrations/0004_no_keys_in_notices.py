"""Addresses by which a ticket is answered without signing in are made while a mail is written and stored nowhere (ADR 18)."""

from django.db import migrations


def lead_to_the_inbox(apps, schema_editor) -> None:
    apps.get_model("notices", "Notice").objects.filter(link__startswith="/answer/").update(link="/office/")


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_old_notices_stay_inside")]
    operations = [migrations.RunPython(lead_to_the_inbox, migrations.RunPython.noop, elidable=True)]
