"""Indexes added while people go on working: docs/operations.md, "A new version"."""

from django.db.migrations.operations import AddIndex


class AddIndexOnline(AddIndex):
    """`AddIndex` that keeps nobody from writing on PostgreSQL. Its migration has to say `atomic = False`.

    Built with CONCURRENTLY; what a build that was stopped has left behind is dropped first, so the migration may be run again.
    """

    atomic = False

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)  # IF EXISTS
            schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)
