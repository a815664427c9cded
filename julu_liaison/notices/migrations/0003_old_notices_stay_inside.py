"""Notices from before there were messages were read in the inbox, or not at all; nothing is sent of them now."""

from django.db import migrations
from django.db.models import F


def mark_as_routed(apps, schema_editor):
    apps.get_model("notices", "Notice").objects.filter(routed_at=None).update(routed_at=F("created_at"))


def drop_group_notices(apps, schema_editor):
    """What went to groups had no reader before; their table will demand one again."""
    apps.get_model("notices", "Notice").objects.filter(user=None).delete()


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_outbox")]
    operations = [migrations.RunPython(mark_as_routed, drop_group_notices)]
