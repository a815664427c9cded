"""Bring an installation up to date before its processes start: migrations and static files."""

from django.conf import settings
from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    help = "升级数据库结构,收集静态文件(每次更新程序后运行一次)"

    def handle(self, *, verbosity, **options):
        call_command("migrate", interactive=False, verbosity=verbosity)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("数据库和静态文件都准备好了。")
