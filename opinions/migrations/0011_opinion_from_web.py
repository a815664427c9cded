from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a villager sent the ticket in: what hides it from others until it has been checked."""

    dependencies = [("opinions", "0010_villager_entries")]

    operations = [
        migrations.AddField(
            model_name="opinion",
            name="from_web",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="群众网上反映"),
        ),
    ]
