"""Back up database and files into a folder below DIR; old backups there are tidied away by --tidy."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from julu_liaison.backup import forget_backups, make_backup
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here


class Command(BaseCommand):
    help = "把数据库和上传的文件备份到 DIR 下面的一个新文件夹,打印它的路径"

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--recipient", default=settings.BACKUP_RECIPIENT, help="age 公钥;备份按它加密")
        parser.add_argument(
            "--tidy", action="store_true", help="同时清理过期的备份(30天内的全留,更早的每月留一份,留一年)"
        )

    def handle(self, *, folder, recipient, tidy, **options):
        try:
            self.stdout.write(str(make_backup(folder, at=timezone.now(), recipient=recipient)))
        except DomainError as error:
            raise CommandError(error.message) from error
        if tidy:
            for path in forget_backups(folder, today=today_here()):
                self.stdout.write(f"清理了 {path}")
