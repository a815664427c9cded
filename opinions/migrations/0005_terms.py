"""Terms by stage, category and starting day; the ones there are count from ever."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("opinions", "0004_opinion_visit")]

    operations = [
        migrations.RemoveConstraint(model_name="term", name="term_once"),
        migrations.RenameField(model_name="term", old_name="state", new_name="stage"),
        migrations.AddField(
            model_name="term",
            name="starts_on",
            field=models.DateField(default=datetime.date(2000, 1, 1), verbose_name="从哪天起执行"),
            preserve_default=False,
        ),
    ]
