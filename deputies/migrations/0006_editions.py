"""Editions are of everything that is printed and hung, not of boards alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deputies", "0005_contact_figures")]

    operations = [
        migrations.RemoveConstraint("BoardEdition", "board_edition_number_once"),
        migrations.RenameModel("BoardEdition", "Edition"),
        migrations.RenameField("Edition", "branch", "place"),
    ]
