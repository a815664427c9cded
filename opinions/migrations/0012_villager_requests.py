"""What villagers ask for about their own data."""

import django.db.models.deletion
import julu_liaison.common.secrets
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('opinions', '0011_opinion_from_web'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='VillagerRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('correct', '更正'), ('forget', '删去姓名和电话')], max_length=10, verbose_name='要求')),
                ('said', julu_liaison.common.secrets.SealedField(blank=True, default='', verbose_name='群众的话')),
                ('how', models.CharField(blank=True, max_length=20, verbose_name='怎么提出的')),
                ('state', models.CharField(choices=[('asked', '等办理'), ('promised', '办结以后删去'), ('done', '已经办好'), ('refused', '没有同意'), ('withdrawn', '已撤回')], default='asked', max_length=10, verbose_name='状态')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='办理时间')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='答复')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('opinion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='villager_requests', to='opinions.opinion', verbose_name='办件')),
            ],
            options={
                'verbose_name': '群众更正删除申请',
                'verbose_name_plural': '群众更正删除申请',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['state', 'due_on'], name='villager_request_by_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'promised'])), fields=('opinion', 'kind'), name='villager_request_once_at_a_time')],
            },
        ),
    ]
