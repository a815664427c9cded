"""The trigger of 0003 gets stricter: a township carries its own centre as county, a centre itself, and no place
changes level or county under the places below it, not even by a statement that knows nothing of services.
"""

from django.db import migrations

WRONG = """
    (NEW.level = 'centre' AND NEW.county_id IS NOT NULL AND NEW.county_id <> NEW.id)
    OR (NEW.level = 'township' AND NOT EXISTS (
        SELECT 1 FROM stations_station p
        WHERE p.id = NEW.parent_id AND p.level = 'centre' AND p.id = NEW.county_id))
    OR (NEW.level = 'branch' AND NOT EXISTS (
        SELECT 1 FROM stations_station p
        WHERE p.id = NEW.parent_id AND p.level = 'township' AND p.county_id = NEW.county_id))
"""
WRONG_ABOVE = """
    OR EXISTS (
        SELECT 1 FROM stations_station c
        WHERE c.parent_id = NEW.id AND (c.county_id <> NEW.county_id
            OR c.level <> CASE NEW.level WHEN 'centre' THEN 'township' WHEN 'township' THEN 'branch' ELSE '' END))
"""
BEFORE = """
    (NEW.level = 'township' AND NOT EXISTS (
        SELECT 1 FROM stations_station p WHERE p.id = NEW.parent_id AND p.level = 'centre'))
    OR (NEW.level = 'branch' AND NOT EXISTS (
        SELECT 1 FROM stations_station p
        WHERE p.id = NEW.parent_id AND p.level = 'township' AND p.county_id = NEW.county_id))
"""
SENTENCE = "station_parent_level: a place must stand right below the level above it, within its county"


def put_triggers(on_insert: str, on_update: str):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(_postgresql(on_update))
        elif schema_editor.connection.vendor == "sqlite":
            for when, columns, wrong in (
                ("INSERT", "", on_insert),
                ("UPDATE", " OF parent_id, level, county_id", on_update),
            ):
                name = f"station_parent_level_{when.lower()}"
                schema_editor.execute(f"DROP TRIGGER {name}")
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {when}{columns} ON stations_station "
                    f"WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
                )

    return run


def _postgresql(wrong: str) -> str:
    return f"""
    CREATE OR REPLACE FUNCTION station_parent_level() RETURNS trigger AS $$
    BEGIN
        IF {wrong} THEN
            RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$ LANGUAGE plpgsql;
    """


class Migration(migrations.Migration):
    dependencies = [("stations", "0003_parent_level")]

    operations = [migrations.RunPython(put_triggers(WRONG, WRONG + WRONG_ABOVE), put_triggers(BEFORE, BEFORE))]
