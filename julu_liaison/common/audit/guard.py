"""The words of the audit trail's guard in the database, for whoever puts it up and whoever looks whether it still stands.

A row is never changed but for its seal, which is set once; a seal is never changed at all. Changed here, a migration of its
own has to put it up anew; until then `verify_audit` says that it is not as it should be. On SQLite a later migration that
alters one of the tables drops its triggers: put them up again there.
"""

ROWS, SEALS = "common_auditlog", "common_auditseal"
SENTENCE = "the audit trail is never changed or deleted"

REFUSAL = f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';"
FUNCTIONS = {
    "common_audit_is_final": f"""
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL
            AND to_jsonb(OLD) - 'seal_id' = to_jsonb(NEW) - 'seal_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    {REFUSAL}
END """,
    "common_seal_is_final": f"""
BEGIN
    {REFUSAL}
END """,
}
# pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32
ROW_KIND, TABLE_KIND = 1 + 2 + 8 + 16, 2 + 32
POSTGRESQL = {
    ROWS: {
        "common_audit_is_final": (ROW_KIND, FUNCTIONS["common_audit_is_final"]),
        "common_audit_stays": (TABLE_KIND, FUNCTIONS["common_seal_is_final"]),
    },
    SEALS: {
        "common_seal_is_final": (ROW_KIND, FUNCTIONS["common_seal_is_final"]),
        "common_seals_stay": (TABLE_KIND, FUNCTIONS["common_seal_is_final"]),
    },
}
WHEN = {ROW_KIND: "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW", TABLE_KIND: "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"}


def _name_of(body: str) -> str:
    return next(name for name, known in FUNCTIONS.items() if known == body)


POSTGRESQL_UP = [
    *(f"CREATE FUNCTION {name}() RETURNS trigger AS $${body}$$ LANGUAGE plpgsql" for name, body in FUNCTIONS.items()),
    *(
        f"CREATE TRIGGER {name} {WHEN[kind].format(table)} EXECUTE FUNCTION {_name_of(body)}()"
        for table, triggers in POSTGRESQL.items()
        for name, (kind, body) in triggers.items()
    ),
]
POSTGRESQL_DOWN = [
    *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, triggers in POSTGRESQL.items() for name in triggers),
    *(f"DROP FUNCTION IF EXISTS {name}()" for name in FUNCTIONS),
]

COLUMNS = (
    "id", "at", "actor_id", "standing_in_for_id", "action", "target_kind", "target_key", "county_code", "detail",
)  # fmt: skip
SAME = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in COLUMNS)
# INSERT OR REPLACE takes a row's place without a word to the trigger of DELETE, unless the connection asked for it.
CONDITIONS = {
    ROWS: {
        "INSERT": f"\nWHEN EXISTS (SELECT 1 FROM {ROWS} WHERE id = NEW.id)",  # noqa: S608 - words of our own
        "UPDATE": f"\nWHEN NOT (OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL AND {SAME})",
        "DELETE": "",
    },
    SEALS: {
        "INSERT": f"\nWHEN EXISTS (SELECT 1 FROM {SEALS} WHERE number = NEW.number)",  # noqa: S608 - words of our own
        "UPDATE": "",
        "DELETE": "",
    },
}
SQLITE = {
    table: {
        f"{table}_is_final_{act.lower()}": (
            f"CREATE TRIGGER {table}_is_final_{act.lower()} BEFORE {act} ON {table}{condition}\n"
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
        for act, condition in conditions.items()
    }
    for table, conditions in CONDITIONS.items()
}
SQLITE_UP = [statement for triggers in SQLITE.values() for statement in triggers.values()]
SQLITE_DOWN = [f"DROP TRIGGER IF EXISTS {name}" for triggers in SQLITE.values() for name in triggers]


def put_up(apps, schema_editor) -> None:
    """For `RunPython`."""
    for statement in POSTGRESQL_UP if schema_editor.connection.vendor == "postgresql" else SQLITE_UP:
        schema_editor.execute(statement)


def take_down(apps, schema_editor) -> None:
    """For `RunPython`; also where altering a table on SQLite has dropped its triggers already."""
    for statement in POSTGRESQL_DOWN if schema_editor.connection.vendor == "postgresql" else SQLITE_DOWN:
        schema_editor.execute(statement)
