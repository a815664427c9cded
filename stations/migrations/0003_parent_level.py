"""The database itself refuses a place below a parent of the wrong level or of another county.

A check constraint sees one row only, so this takes triggers; both dialects say the same.
"""

from django.db import migrations

WRONG = """
    (NEW.level = 'township' AND NOT EXISTS (
        SELECT 1 FROM stations_station p WHERE p.id = NEW.parent_id AND p.level = 'centre'))
    OR (NEW.level = 'branch' AND NOT EXISTS (
        SELECT 1 FROM stations_station p
        WHERE p.id = NEW.parent_id AND p.level = 'township' AND p.county_id = NEW.county_id))
"""
SENTENCE = "station_parent_level: a place must stand right below the level above it, within its county"

POSTGRESQL = f"""
CREATE FUNCTION station_parent_level() RETURNS trigger AS $$
BEGIN
    IF {WRONG} THEN
        RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER station_parent_level BEFORE INSERT OR UPDATE OF parent_id, level, county_id ON stations_station
    FOR EACH ROW EXECUTE FUNCTION station_parent_level();
"""
SQLITE = [
    f"""
    CREATE TRIGGER station_parent_level_{when.lower()} BEFORE {when}{columns} ON stations_station
    WHEN {WRONG} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END;
    """
    for when, columns in (("INSERT", ""), ("UPDATE", " OF parent_id, level, county_id"))
]


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    elif schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER station_parent_level ON stations_station")
        schema_editor.execute("DROP FUNCTION station_parent_level()")
    elif schema_editor.connection.vendor == "sqlite":
        for when in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER station_parent_level_{when}")


class Migration(migrations.Migration):
    dependencies = [("stations", "0002_handover_merge_history")]

    operations = [migrations.RunPython(create, drop)]
