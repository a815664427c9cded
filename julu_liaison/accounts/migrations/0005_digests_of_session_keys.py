"""Keys of sessions are kept as digests: whoever is signed in signs in once more."""

from django.db import migrations


def end_sign_ins(apps, schema_editor) -> None:
    apps.get_model("accounts", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_county_of_account")]
    operations = [migrations.RunPython(end_sign_ins, migrations.RunPython.noop, elidable=True)]
