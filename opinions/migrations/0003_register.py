"""A formal number belongs to the register of the station that gave it, wherever the branch moves later.

Until now that was `station`, which from now on says only where the branch is today.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def keep_registers(apps, schema_editor):
    apps.get_model("opinions", "Opinion").objects.update(register=F("station"))


def forget_registers(apps, schema_editor):
    """Back to one column for both: the register is the one that numbers depend on."""
    apps.get_model("opinions", "Opinion").objects.update(station=F("register"))


def register(**options):
    return models.ForeignKey(
        editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stations.station",
        verbose_name="编号所属联络站", **options,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0002_handover"),
        ("stations", "0003_parent_level"),
    ]

    operations = [
        migrations.RemoveConstraint("opinion", "opinion_number_once"),
        migrations.AddField("opinion", "register", register(null=True)),
        migrations.RunPython(keep_registers, forget_registers),
        migrations.AlterField("opinion", "register", register()),
        migrations.AddConstraint(
            "opinion", models.UniqueConstraint(fields=["register", "kind", "number"], name="opinion_number_once")
        ),
    ]
