from django.db import migrations, models

from julu_liaison.common.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    """A county's receptions by the Sunday that they count for: without it those of all years, or of all counties, are read."""

    atomic = False
    dependencies = [("activities", "0007_told_ahead")]

    operations = [
        AddIndexOnline(
            model_name="shift",
            index=models.Index(fields=["county", "for_sunday"], name="shift_by_county_and_sunday"),
        ),
    ]
