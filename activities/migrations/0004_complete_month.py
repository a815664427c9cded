"""Months whose records are complete."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0003_leave_visits_plans'),
        ('stations', '0004_county_of_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CompleteMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='当月1日', verbose_name='月份')),
                ('declared_at', models.DateTimeField(verbose_name='确认时间')),
                ('taken_back_at', models.DateTimeField(blank=True, null=True, verbose_name='取消时间')),
                ('why_taken_back', models.CharField(blank=True, max_length=100, verbose_name='取消原因')),
                ('county', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station')),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁确认的')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complete_months', to='stations.station', verbose_name='联络站')),
                ('taken_back_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁取消的')),
            ],
            options={
                'verbose_name': '月度记录确认',
                'verbose_name_plural': '月度记录确认',
                'ordering': ['-month', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at', None)), fields=('station', 'month'), name='complete_month_once')],
            },
        ),
    ]
