"""The database itself refuses to change or delete what the audit trail says, whoever asks."""

from django.db import migrations

from julu_liaison.common.audit.guard import put_up, take_down


class Migration(migrations.Migration):

    dependencies = [("common", "0005_audit_seals")]

    operations = [migrations.RunPython(put_up, take_down)]
