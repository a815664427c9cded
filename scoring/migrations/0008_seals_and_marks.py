"""What a version says is sealed when it is applied; the ends of the chains are kept when a year is made public."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deputies', '0005_contact_figures'),
        ('scoring', '0007_turns_of_a_year'),
    ]

    operations = [
        migrations.AddField(
            model_name='schemeversion',
            name='digest',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='执行时的校验码'),
        ),
        migrations.CreateModel(
            name='ChainMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='流水笔数')),
                ('digest', models.CharField(max_length=64, verbose_name='最后一笔的校验码')),
                ('closing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='scoring.yearclosing')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='deputies.deputy', verbose_name='代表')),
            ],
            options={
                'verbose_name': '公示时的流水',
                'verbose_name_plural': '公示时的流水',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('closing', 'deputy'), name='chain_mark_once')],
            },
        ),
    ]
