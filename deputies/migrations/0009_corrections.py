"""Requests to correct what is held of somebody, with their steps."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('deputies', '0008_glyph_images'),
        ('stations', '0004_county_of_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('topic', models.CharField(max_length=40, verbose_name='哪一类')),
                ('topic_title', models.CharField(max_length=200, verbose_name='哪一类')),
                ('row_key', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='哪一条')),
                ('column', models.CharField(blank=True, max_length=60, verbose_name='哪一项')),
                ('column_title', models.CharField(blank=True, max_length=60, verbose_name='哪一项')),
                ('old_value', models.CharField(blank=True, max_length=400, verbose_name='原来是')),
                ('right_value', models.CharField(max_length=200, verbose_name='应该是')),
                ('reason', models.CharField(max_length=200, verbose_name='为什么')),
                ('state', models.CharField(choices=[('asked', '等办理'), ('done', '已更正'), ('refused', '没有更正'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='deputies.deputy', verbose_name='代表')),
            ],
            options={
                'verbose_name': '更正申请',
                'verbose_name_plural': '更正申请',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='CorrectionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=20, verbose_name='步骤')),
                ('state', models.CharField(choices=[('asked', '等办理'), ('done', '已更正'), ('refused', '没有更正'), ('withdrawn', '已撤回')], max_length=10, verbose_name='状态')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='deputies.correctionrequest')),
            ],
            options={
                'verbose_name': '更正办理过程',
                'verbose_name_plural': '更正办理过程',
                'ordering': ['pk'],
            },
        ),
        migrations.AddIndex(
            model_name='correctionrequest',
            index=models.Index(fields=['county', 'state', 'due_on'], name='correction_by_county'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('asker', 'topic', 'row_key', 'column'), name='correction_asked_once_at_a_time'),
        ),
    ]
