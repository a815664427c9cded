"""Every rule belongs to a version, every entry to a chain."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deputies', '0005_contact_figures'),
        ('scoring', '0003_first_versions'),
        ('stations', '0004_county_of_places'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='rule',
            name='rule_once_in_scheme',
        ),
        migrations.RemoveField(
            model_name='rule',
            name='scheme',
        ),
        migrations.AlterField(
            model_name='pointentry',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AlterField(
            model_name='pointentry',
            name='digest',
            field=models.CharField(max_length=64, verbose_name='校验码'),
        ),
        migrations.AlterField(
            model_name='pointentry',
            name='number',
            field=models.PositiveIntegerField(verbose_name='第几笔'),
        ),
        migrations.AlterField(
            model_name='rule',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='scoring.schemeversion', verbose_name='方案版本'),
        ),
        migrations.AlterField(
            model_name='scheme',
            name='late_until',
            field=models.DateField(help_text='上一年的证明材料最晚交到哪天', verbose_name='补报截止'),
        ),
        migrations.AddConstraint(
            model_name='pointentry',
            constraint=models.UniqueConstraint(fields=('deputy', 'year', 'number'), name='entry_number_once'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.UniqueConstraint(fields=('version', 'item'), name='rule_once_in_version'),
        ),
    ]
