"""A consent to publish has an evidence; those recorded before there was a column for it say so."""

from django.db import migrations, models
from django.db.models import Q

UNKNOWN = "登记时未写明"


def fill(apps, schema_editor):
    Deputy = apps.get_model("deputies", "Deputy")
    for subject in ("photo", "phone"):
        on, evidence = f"{subject}_consent_on", f"{subject}_consent_evidence"
        Deputy.objects.filter(**{evidence: ""}).exclude(**{on: None}).update(**{evidence: UNKNOWN})


class Migration(migrations.Migration):
    dependencies = [("deputies", "0003_fill_stroke_keys")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="deputy",
            constraint=models.CheckConstraint(
                name="deputy_photo_consent_has_evidence",
                condition=Q(photo_consent_on=None) | ~Q(photo_consent_evidence=""),
                violation_error_message="同意公开照片要写明依据。",
            ),
        ),
        migrations.AddConstraint(
            model_name="deputy",
            constraint=models.CheckConstraint(
                name="deputy_phone_consent_has_evidence",
                condition=Q(phone_consent_on=None) | ~Q(phone_consent_evidence=""),
                violation_error_message="同意公开电话要写明依据。",
            ),
        ),
    ]
