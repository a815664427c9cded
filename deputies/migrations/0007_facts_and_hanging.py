"""What an edition says, of which product and month it is, and where and when it was hung."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def drop_what_is_no_board(apps, schema_editor):
    """On the way back: the tables before knew boards alone, one number for each size of a branch."""
    apps.get_model("deputies", "Edition").objects.exclude(product="board").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("deputies", "0006_editions"),
        ("stations", "0004_county_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='edition',
            options={'ordering': ['-made_at'], 'verbose_name': '印制版次', 'verbose_name_plural': '印制版次'},
        ),
        migrations.AddField(
            model_name='edition',
            name='facts',
            field=models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='内容'),
        ),
        migrations.AddField(
            model_name='edition',
            name='hung_by',
            field=models.CharField(blank=True, max_length=40, verbose_name='悬挂人'),
        ),
        migrations.AddField(
            model_name='edition',
            name='hung_on',
            field=models.DateField(blank=True, null=True, verbose_name='悬挂日期'),
        ),
        migrations.AddField(
            model_name='edition',
            name='hung_recorded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='悬挂登记时间'),
        ),
        migrations.AddField(
            model_name='edition',
            name='hung_recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='悬挂登记人'),
        ),
        migrations.AddField(
            model_name='edition',
            name='hung_where',
            field=models.CharField(blank=True, help_text='例如:村委会大门东侧', max_length=60, verbose_name='悬挂地点'),
        ),
        migrations.AddField(
            model_name='edition',
            name='period',
            field=models.CharField(blank=True, help_text='值班公告是哪个月的,例如2026-12;别的空着', max_length=7, verbose_name='月份'),
        ),
        migrations.AddField(
            model_name='edition',
            name='product',
            field=models.CharField(choices=[('board', '公示牌'), ('branch_plate', '分站牌'), ('station_plate', '联络站牌'), ('duty_poster', '值班公告')], default='board', max_length=20, verbose_name='种类'),
        ),
        migrations.AddField(
            model_name='edition',
            name='sheets',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='块数'),
        ),
        migrations.AlterField(
            model_name='edition',
            name='place',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='stations.station', verbose_name='站点'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(fields=['place', 'product', 'hung_on'], name='deputies_ed_place_i_598b4a_idx'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('place', 'product', 'size', 'period', 'number'), name='edition_number_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hung_by', ''), ('hung_on', None), ('hung_where', '')), models.Q(('hung_on__isnull', False), models.Q(('hung_where', ''), _negated=True), models.Q(('hung_by', ''), _negated=True)), _connector='OR'), name='edition_hung_with_place_and_person', violation_error_message='登记悬挂要写明日期、地点和悬挂人。'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('product', 'duty_poster'), models.Q(('period', ''), _negated=True)), models.Q(models.Q(('product', 'duty_poster'), _negated=True), ('period', '')), _connector='OR'), name='edition_period_of_posters_only'),
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_what_is_no_board),
    ]
