"""Pictures of characters that no font has."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deputies", "0007_facts_and_hanging"),
        ("stations", "0004_county_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GlyphImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('character', models.CharField(max_length=1, verbose_name='字')),
                ('image', models.BinaryField(verbose_name='图')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('note', models.CharField(help_text='例如:身份证字形,派出所提供', max_length=120, verbose_name='来源')),
                ('added_at', models.DateTimeField(verbose_name='上传时间')),
            ],
            options={
                'verbose_name': '补字',
                'verbose_name_plural': '补字',
                'ordering': ['county', 'character'],
            },
        ),
        migrations.AddField(
            model_name='glyphimage',
            name='added_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人'),
        ),
        migrations.AddField(
            model_name='glyphimage',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stations.station', verbose_name='县'),
        ),
        migrations.AddConstraint(
            model_name='glyphimage',
            constraint=models.UniqueConstraint(fields=('county', 'character'), name='glyph_image_once_a_county'),
        ),
    ]
