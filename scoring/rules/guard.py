"""The words of the ledger's guard in the database, for whoever puts it up and whoever looks whether it still stands.

Changed here, a migration of its own has to put it up anew; until then `verify` says that it is not as it should be.
"""

SENTENCE = "scoring_pointentry: a line of the ledger is never changed or deleted; reverse it by a new one"

FUNCTION = f"""
BEGIN
    RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
END """
POSTGRESQL_UP = f"""
CREATE FUNCTION scoring_entry_is_final() RETURNS trigger AS $${FUNCTION}$$ LANGUAGE plpgsql;
CREATE TRIGGER scoring_entry_is_final BEFORE UPDATE OR DELETE ON scoring_pointentry
    FOR EACH ROW EXECUTE FUNCTION scoring_entry_is_final();
CREATE TRIGGER scoring_ledger_is_final BEFORE TRUNCATE ON scoring_pointentry
    FOR EACH STATEMENT EXECUTE FUNCTION scoring_entry_is_final();
"""
POSTGRESQL_DOWN = """
DROP TRIGGER IF EXISTS scoring_entry_is_final ON scoring_pointentry;
DROP TRIGGER IF EXISTS scoring_ledger_is_final ON scoring_pointentry;
DROP FUNCTION IF EXISTS scoring_entry_is_final();
"""
# pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32
POSTGRESQL = {"scoring_entry_is_final": 1 + 2 + 8 + 16, "scoring_ledger_is_final": 2 + 32}

# INSERT OR REPLACE takes a line's place without a word to the trigger of DELETE, unless the connection asked for it.
TAKEN = """id = NEW.id OR uid = NEW.uid OR reverses_id = NEW.reverses_id
    OR (deputy_id = NEW.deputy_id AND year = NEW.year AND number = NEW.number)
    OR (NEW.reverses_id IS NULL AND reverses_id IS NULL AND deputy_id = NEW.deputy_id AND year = NEW.year
        AND fact_key = NEW.fact_key AND turn = NEW.turn)"""
WHEN_TAKEN = f"\nWHEN EXISTS (SELECT 1 FROM scoring_pointentry WHERE {TAKEN})"  # noqa: S608 - words of our own
CONDITIONS = {"INSERT": WHEN_TAKEN, "UPDATE": "", "DELETE": ""}
SQLITE = {
    f"scoring_entry_is_final_{when.lower()}": (
        f"CREATE TRIGGER scoring_entry_is_final_{when.lower()} BEFORE {when} ON scoring_pointentry{condition}\n"
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    for when, condition in CONDITIONS.items()
}
