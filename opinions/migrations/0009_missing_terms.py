"""Terms of the stages that came with the clocks, for counties that were there before."""

import datetime

from django.db import migrations

# (kind, stage, amount, unit, statutory); docs/domain.md §4
NEW = (
    ("opinion", "sign_for", 5, "working_day", False),
    ("opinion", "assist", 10, "working_day", False),
    ("opinion", "follow_up", 10, "working_day", False),
    ("suggestion", "sign_for", 10, "working_day", True),
    ("suggestion", "assist", 1, "month", False),
    ("suggestion", "follow_up", 10, "working_day", False),
)
EVER = datetime.date(2000, 1, 1)


def fill_in(apps, schema_editor):
    terms = apps.get_model("opinions", "Term").objects
    for county in apps.get_model("stations", "Station").objects.filter(level="centre").order_by("pk"):
        for kind, stage, amount, unit, statutory in NEW:
            terms.get_or_create(
                county=county, kind=kind, stage=stage, category="",
                defaults={"starts_on": EVER, "amount": amount, "unit": unit, "statutory": statutory},
            )


class Migration(migrations.Migration):

    dependencies = [("opinions", "0008_search_index"), ("stations", "0004_county_of_places")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
