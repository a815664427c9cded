"""The database itself refuses to change or delete a line of the ledger, whoever asks.

On SQLite a later migration that alters the table drops the triggers with it: call `put_up` again there.
"""

from django.db import migrations

SENTENCE = "scoring_pointentry: a line of the ledger is never changed or deleted; reverse it by a new one"

POSTGRESQL_UP = f"""
CREATE FUNCTION scoring_entry_is_final() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER scoring_entry_is_final BEFORE UPDATE OR DELETE ON scoring_pointentry
    FOR EACH ROW EXECUTE FUNCTION scoring_entry_is_final();
CREATE TRIGGER scoring_ledger_is_final BEFORE TRUNCATE ON scoring_pointentry
    FOR EACH STATEMENT EXECUTE FUNCTION scoring_entry_is_final();
"""
POSTGRESQL_DOWN = """
DROP TRIGGER scoring_entry_is_final ON scoring_pointentry;
DROP TRIGGER scoring_ledger_is_final ON scoring_pointentry;
DROP FUNCTION scoring_entry_is_final();
"""
SQLITE = {
    f"scoring_entry_is_final_{when.lower()}": f"""
    CREATE TRIGGER scoring_entry_is_final_{when.lower()} BEFORE {when} ON scoring_pointentry
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END;
    """
    for when in ("UPDATE", "DELETE")
}


def put_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_UP)
    elif schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE.values():
            schema_editor.execute(statement)


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_DOWN)
    elif schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):

    dependencies = [("scoring", "0004_versions_required")]

    operations = [migrations.RunPython(put_up, take_down)]
