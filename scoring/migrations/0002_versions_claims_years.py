"""Versions of schemes, the chain of entries, claims and appeals, the closing of a year."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0004_complete_month'),
        ('deputies', '0005_contact_figures'),
        ('scoring', '0001_initial'),
        ('stations', '0004_county_of_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AbsenceAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told_at', models.DateTimeField(verbose_name='提醒时间')),
            ],
            options={
                'verbose_name': '缺席预警',
                'verbose_name_plural': '缺席预警',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('kind', models.CharField(choices=[('wrong', '记错了'), ('double', '记重了'), ('missing', '漏记了')], max_length=10, verbose_name='什么问题')),
                ('text', models.CharField(max_length=500, verbose_name='说明')),
                ('state', models.CharField(choices=[('raised', '待答复'), ('granted', '已更正'), ('refused', '维持不变'), ('withdrawn', '已撤回')], default='raised', max_length=10, verbose_name='状态')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('reminded_on', models.DateField(blank=True, editable=False, null=True)),
                ('raised_at', models.DateTimeField(verbose_name='提出时间')),
                ('cancels', models.BooleanField(default=False, verbose_name='撤销这一笔')),
                ('item', models.CharField(blank=True, choices=[('congress_missed', '无故缺席人代会(半天)'), ('study_missed', '无故缺席视察、调研、执法检查、培训、学习'), ('meeting_missed', '无故缺席其他会议、集体活动'), ('duty_missed', '接待日缺席且无人顶班'), ('idle_month', '当月没有到分站履职'), ('private_leave', '事假'), ('sick_leave', '病假'), ('official_leave', '公假'), ('maternity_leave', '产假'), ('other_leave', '其他假'), ('late_or_early', '迟到或早退'), ('motion_led', '领衔提出议案'), ('motion_signed', '附议议案'), ('suggestion_led', '领衔提出建议、批评和意见'), ('suggestion_signed', '附议建议'), ('suggestion_supervised', '建议被确定为督办件'), ('suggestion_excellent', '建议被评为优秀'), ('spoke', '会议发言或受邀列席'), ('course', '完成云上学习课程'), ('opinion_entered', '线上提交社情民意并经核实'), ('honour_national', '国家级荣誉'), ('honour_province', '省级荣誉'), ('honour_city', '市级荣誉'), ('honour_county', '县级荣誉'), ('media_national', '国家级媒体宣传'), ('media_province', '省级媒体宣传'), ('media_city', '市级媒体宣传'), ('media_county', '县级媒体宣传')], max_length=30, verbose_name='改记')),
                ('occurred_on', models.DateField(blank=True, null=True, verbose_name='哪天的事')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='答复')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
            ],
            options={
                'verbose_name': '复核申诉',
                'verbose_name_plural': '复核申诉',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='BonusClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('item', models.CharField(choices=[('spoke', '会议发言或受邀列席'), ('course', '完成云上学习课程'), ('suggestion_excellent', '建议被评为优秀'), ('honour_national', '国家级荣誉'), ('honour_province', '省级荣誉'), ('honour_city', '市级荣誉'), ('honour_county', '县级荣誉'), ('media_national', '国家级媒体宣传'), ('media_province', '省级媒体宣传'), ('media_city', '市级媒体宣传'), ('media_county', '县级媒体宣传')], max_length=30, verbose_name='项目')),
                ('occurred_on', models.DateField(verbose_name='哪天的事')),
                ('text', models.CharField(max_length=300, verbose_name='做了什么')),
                ('evidence', models.CharField(help_text='例如:证书编号、文号、报纸日期和版面', max_length=120, verbose_name='证明材料')),
                ('is_late', models.BooleanField(default=False, verbose_name='逾期补报')),
                ('state', models.CharField(choices=[('claimed', '待联络站核对'), ('returned', '退回补充'), ('checked', '待县里审定'), ('approved', '已加分'), ('refused', '没有通过'), ('withdrawn', '已撤回'), ('revoked', '已取消加分')], default='claimed', max_length=10, verbose_name='状态')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='期限')),
                ('reminded_on', models.DateField(blank=True, editable=False, null=True)),
                ('claimed_at', models.DateTimeField(verbose_name='申报时间')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='核对时间')),
                ('check_note', models.CharField(blank=True, max_length=200, verbose_name='核对意见')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审定时间')),
                ('decision_note', models.CharField(blank=True, max_length=200, verbose_name='审定意见')),
            ],
            options={
                'verbose_name': '加分申报',
                'verbose_name_plural': '加分申报',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ClaimFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.CharField(editable=False, max_length=200)),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('size', models.PositiveIntegerField(editable=False, verbose_name='字节')),
                ('added_at', models.DateTimeField(editable=False, verbose_name='上传时间')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ],
            options={
                'verbose_name': '申报的证明材料',
                'verbose_name_plural': '申报的证明材料',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Grade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, verbose_name='等次')),
                ('at_least', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='从多少分起')),
            ],
            options={
                'verbose_name': '等次',
                'verbose_name_plural': '等次',
                'ordering': ['-at_least'],
            },
        ),
        migrations.CreateModel(
            name='QuarterStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='基础分')),
                ('deductions', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='扣分')),
                ('bonus', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='加分')),
                ('total', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='总分')),
                ('entries', models.PositiveIntegerField(verbose_name='流水笔数')),
                ('last_digest', models.CharField(blank=True, max_length=64, verbose_name='最后一笔的校验码')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('quarter', models.PositiveSmallIntegerField(verbose_name='季度')),
            ],
            options={
                'verbose_name': '季度对账单',
                'verbose_name_plural': '季度对账单',
                'ordering': ['-year', '-quarter'],
            },
        ),
        migrations.CreateModel(
            name='SchemeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='第几版')),
                ('starts_on', models.DateField(verbose_name='从哪天起执行')),
                ('base', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='基础分')),
                ('why', models.CharField(blank=True, max_length=200, verbose_name='为什么改')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('applied', '已执行'), ('dropped', '已放弃')], default='draft', max_length=10, verbose_name='状态')),
                ('drafted_at', models.DateTimeField(verbose_name='起草时间')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='执行时间')),
            ],
            options={
                'verbose_name': '方案版本',
                'verbose_name_plural': '方案版本',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('level', models.CharField(blank=True, choices=[('province', '省'), ('city', '市'), ('county', '县'), ('township', '乡')], max_length=10, verbose_name='代表层级')),
                ('items', models.JSONField(blank=True, default=list, help_text='不选就是所有扣分项目', verbose_name='哪些项目')),
                ('started_on', models.DateField(verbose_name='从哪天')),
                ('ended_on', models.DateField(blank=True, help_text='最后一天,含当天', null=True, verbose_name='到哪天')),
                ('reason', models.CharField(max_length=100, verbose_name='原因')),
                ('granted_at', models.DateTimeField(verbose_name='批准时间')),
            ],
            options={
                'verbose_name': '免扣',
                'verbose_name_plural': '免扣',
                'ordering': ['-started_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='YearClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('publicity_from', models.DateField(verbose_name='公示开始')),
                ('publicity_until', models.DateField(help_text='最后一天,含当天', verbose_name='公示结束')),
                ('published_at', models.DateTimeField(verbose_name='公示时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='结账时间')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='校验码')),
                ('archive', models.CharField(blank=True, max_length=200, verbose_name='存档')),
            ],
            options={
                'verbose_name': '年度结账',
                'verbose_name_plural': '年度结账',
            },
        ),
        migrations.CreateModel(
            name='YearResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='基础分')),
                ('deductions', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='扣分')),
                ('bonus', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='加分')),
                ('total', models.DecimalField(decimal_places=1, max_digits=7, verbose_name='总分')),
                ('entries', models.PositiveIntegerField(verbose_name='流水笔数')),
                ('last_digest', models.CharField(blank=True, max_length=64, verbose_name='最后一笔的校验码')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('edition', models.PositiveSmallIntegerField(default=1, verbose_name='第几版')),
                ('grade', models.CharField(blank=True, max_length=20, verbose_name='等次')),
                ('branch_name', models.CharField(blank=True, max_length=60, verbose_name='分站')),
            ],
            options={
                'verbose_name': '年度结果',
                'verbose_name_plural': '年度结果',
                'ordering': ['deputy__sort_key', 'deputy__code', '-edition'],
            },
        ),
        migrations.AddField(
            model_name='pointentry',
            name='county',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AddField(
            model_name='pointentry',
            name='digest',
            field=models.CharField(default='', max_length=64, verbose_name='校验码'),
        ),
        migrations.AddField(
            model_name='pointentry',
            name='number',
            field=models.PositiveIntegerField(null=True, verbose_name='第几笔'),
        ),
        migrations.AddField(
            model_name='rule',
            name='cap',
            field=models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, verbose_name='全年上限'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='appeal_days',
            field=models.PositiveSmallIntegerField(default=10, help_text='工作日', verbose_name='复核答复期限'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='check_days',
            field=models.PositiveSmallIntegerField(default=5, help_text='工作日', verbose_name='联络站核对期限'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='decide_days',
            field=models.PositiveSmallIntegerField(default=10, help_text='工作日', verbose_name='县里审定期限'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='late_until',
            field=models.DateField(help_text='上一年的证明材料最晚交到哪天', null=True, verbose_name='补报截止'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='publicity_days',
            field=models.PositiveSmallIntegerField(default=5, help_text='工作日', verbose_name='公示期'),
        ),
        migrations.AddField(
            model_name='scheme',
            name='shows_ranking',
            field=models.BooleanField(default=False, help_text='只有县级工作人员看得到,从不公开', verbose_name='县里看排名'),
        ),
        migrations.AlterField(
            model_name='pointentry',
            name='reason',
            field=models.CharField(max_length=300, verbose_name='事由'),
        ),
        migrations.AlterField(
            model_name='pointentry',
            name='source',
            field=models.CharField(choices=[('log', '工作日志'), ('activity', '活动'), ('opinion', '意见建议'), ('leave', '请假'), ('month', '月度履职'), ('claim', '加分申报'), ('appeal', '复核')], max_length=10, verbose_name='来源'),
        ),
        migrations.AlterField(
            model_name='rule',
            name='item',
            field=models.CharField(choices=[('congress_missed', '无故缺席人代会(半天)'), ('study_missed', '无故缺席视察、调研、执法检查、培训、学习'), ('meeting_missed', '无故缺席其他会议、集体活动'), ('duty_missed', '接待日缺席且无人顶班'), ('idle_month', '当月没有到分站履职'), ('private_leave', '事假'), ('sick_leave', '病假'), ('official_leave', '公假'), ('maternity_leave', '产假'), ('other_leave', '其他假'), ('late_or_early', '迟到或早退'), ('motion_led', '领衔提出议案'), ('motion_signed', '附议议案'), ('suggestion_led', '领衔提出建议、批评和意见'), ('suggestion_signed', '附议建议'), ('suggestion_supervised', '建议被确定为督办件'), ('suggestion_excellent', '建议被评为优秀'), ('spoke', '会议发言或受邀列席'), ('course', '完成云上学习课程'), ('opinion_entered', '线上提交社情民意并经核实'), ('honour_national', '国家级荣誉'), ('honour_province', '省级荣誉'), ('honour_city', '市级荣誉'), ('honour_county', '县级荣誉'), ('media_national', '国家级媒体宣传'), ('media_province', '省级媒体宣传'), ('media_city', '市级媒体宣传'), ('media_county', '县级媒体宣传')], max_length=30, verbose_name='项目'),
        ),
        migrations.AddIndex(
            model_name='pointentry',
            index=models.Index(fields=['county', 'year', 'deputy', 'block', 'points'], name='entry_sums_of_county'),
        ),
        migrations.AddField(
            model_name='absencealert',
            name='activity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='activities.activity', verbose_name='会议'),
        ),
        migrations.AddField(
            model_name='absencealert',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absence_alerts', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='branch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='分站'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='county',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='entry',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='scoring.pointentry', verbose_name='哪一笔'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='raised_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='station',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='联络站'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='branch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='分站'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='checked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='claimed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申报人'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='county',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审定人'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bonus_claims', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddField(
            model_name='bonusclaim',
            name='station',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='联络站'),
        ),
        migrations.AddField(
            model_name='claimfile',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claimfile',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='scoring.bonusclaim'),
        ),
        migrations.AddField(
            model_name='grade',
            name='scheme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='scoring.scheme', verbose_name='方案'),
        ),
        migrations.AddField(
            model_name='quarterstatement',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddField(
            model_name='schemeversion',
            name='applied_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁批准执行'),
        ),
        migrations.AddField(
            model_name='schemeversion',
            name='drafted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='schemeversion',
            name='scheme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='scoring.scheme', verbose_name='方案'),
        ),
        migrations.AddField(
            model_name='rule',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='scoring.schemeversion', verbose_name='方案版本'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('cap', None), ('cap__gte', 0), _connector='OR'), name='rule_cap_not_negative', violation_error_message='全年上限不能是负数。'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='deputy',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='granted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='yearclosing',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁结的账'),
        ),
        migrations.AddField(
            model_name='yearclosing',
            name='published_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁公示的'),
        ),
        migrations.AddField(
            model_name='yearclosing',
            name='scheme',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='closing', to='scoring.scheme', verbose_name='方案'),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='appeal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.appeal', verbose_name='复核'),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='closing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='scoring.yearclosing'),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='year_results', to='deputies.deputy', verbose_name='代表'),
        ),
        migrations.AddConstraint(
            model_name='absencealert',
            constraint=models.UniqueConstraint(fields=('deputy', 'activity'), name='absence_alert_once'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(fields=['county', 'state', 'due_on'], name='scoring_app_county__d93f12_idx'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(fields=['deputy', 'year'], name='scoring_app_deputy__573ff4_idx'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'missing'), ('entry__isnull', False), _connector='OR'), name='appeal_names_its_entry'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'granted'), models.Q(('cancels', False), ('item', '')), _connector='OR'), name='appeal_effect_only_when_granted'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'raised')), fields=('entry',), name='appeal_one_open_an_entry', violation_error_message='这一笔已经提出复核了,请等答复。'),
        ),
        migrations.AddIndex(
            model_name='bonusclaim',
            index=models.Index(fields=['county', 'state', 'due_on'], name='scoring_bon_county__c53ad3_idx'),
        ),
        migrations.AddIndex(
            model_name='bonusclaim',
            index=models.Index(fields=['station', 'state'], name='scoring_bon_station_737242_idx'),
        ),
        migrations.AddIndex(
            model_name='bonusclaim',
            index=models.Index(fields=['deputy', 'year'], name='scoring_bon_deputy__5407aa_idx'),
        ),
        migrations.AddConstraint(
            model_name='bonusclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('checked', 'approved')), _negated=True), ('checked_by__isnull', False), _connector='OR'), name='claim_decided_after_check'),
        ),
        migrations.AddConstraint(
            model_name='bonusclaim',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), ('checked_by', None), models.Q(('decided_by', models.F('checked_by')), _negated=True), _connector='OR'), name='claim_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='grade',
            constraint=models.UniqueConstraint(fields=('scheme', 'name'), name='grade_name_once'),
        ),
        migrations.AddConstraint(
            model_name='grade',
            constraint=models.UniqueConstraint(fields=('scheme', 'at_least'), name='grade_limit_once'),
        ),
        migrations.AddConstraint(
            model_name='quarterstatement',
            constraint=models.UniqueConstraint(fields=('deputy', 'year', 'quarter'), name='statement_once_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='quarterstatement',
            constraint=models.CheckConstraint(condition=models.Q(('quarter__range', (1, 4))), name='statement_quarter_of_four'),
        ),
        migrations.AddConstraint(
            model_name='schemeversion',
            constraint=models.UniqueConstraint(fields=('scheme', 'number'), name='scheme_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='schemeversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('scheme',), name='scheme_one_draft', violation_error_message='已经有一份草稿了,请接着改那一份。'),
        ),
        migrations.AddConstraint(
            model_name='schemeversion',
            constraint=models.CheckConstraint(condition=models.Q(('base__gte', 0)), name='scheme_base_not_negative', violation_error_message='基础分不能是负数。'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deputy', None), models.Q(('level', ''), _negated=True)), models.Q(('deputy__isnull', False), ('level', '')), _connector='OR'), name='waiver_of_a_person_or_a_level'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='waiver_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='yearclosing',
            constraint=models.CheckConstraint(condition=models.Q(('publicity_until__gte', models.F('publicity_from'))), name='publicity_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='yearresult',
            constraint=models.UniqueConstraint(fields=('closing', 'deputy', 'edition'), name='year_result_edition_once'),
        ),
        migrations.AddConstraint(
            model_name='yearresult',
            constraint=models.CheckConstraint(condition=models.Q(('edition', 1), ('appeal__isnull', False), _connector='OR'), name='year_result_changes_by_appeal'),
        ),
    ]
