"""A fact that moves into another year is posted there as its first turn; the guard of the ledger is put up anew."""

from importlib import import_module

from django.db import migrations, models

from scoring.rules.guard import POSTGRESQL_DOWN, POSTGRESQL_UP, SQLITE

before = import_module("scoring.migrations.0005_ledger_guard")


def put_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_UP)
    elif schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE.values():
            schema_editor.execute(statement)


def take_down(apps, schema_editor):
    """Also where altering the table on SQLite has dropped the triggers already."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_DOWN)
    elif schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


class Migration(migrations.Migration):

    dependencies = [("scoring", "0006_claim_steps")]

    operations = [
        migrations.RunPython(take_down, before.put_up),
        migrations.RemoveConstraint(model_name="pointentry", name="entry_once_a_turn"),
        migrations.AddConstraint(
            model_name="pointentry",
            constraint=models.UniqueConstraint(
                fields=["deputy", "year", "fact_key", "turn"], condition=models.Q(reverses=None), name="entry_once_a_turn"
            ),
        ),
        migrations.RunPython(put_up, take_down),
    ]
