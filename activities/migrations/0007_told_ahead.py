from django.db import migrations, models


class Migration(migrations.Migration):
    """When a reception was announced, and when a deputy last heard of a duty; existing ones were told of by publishing."""

    dependencies = [("activities", "0006_month_reports")]

    operations = [
        migrations.AddField(
            model_name="shift",
            name="announced_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="shiftplace",
            name="told_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
    ]
