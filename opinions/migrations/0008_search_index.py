"""The index of a search on PostgreSQL: bigrams, and the county and station as words of their own, in one column.

SQLite serves one county, where going through its tickets takes milliseconds (ADR 16).
"""

from django.db import migrations

POSTGRES = (
    "ALTER TABLE opinions_opinion ADD COLUMN search tsvector GENERATED ALWAYS AS (array_to_tsvector("
    "string_to_array(search_words, ' ') || ARRAY['c' || county_id::text, 's' || station_id::text])) STORED",
    "CREATE INDEX opinion_by_search ON opinions_opinion USING gin (search)",
)


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for line in POSTGRES:
            schema_editor.execute(line)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE opinions_opinion DROP COLUMN search")


class Migration(migrations.Migration):

    dependencies = [("opinions", "0007_running_clocks")]

    operations = [migrations.RunPython(add_index, drop_index)]
