"""Put a backup back and compare: a line a difference, exit 1 if there is any."""

import sys
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from julu_liaison.backup import restore_backup
from julu_liaison.common.errors import DomainError


class Command(BaseCommand):
    help = "从备份恢复数据库和文件,并逐项核对;大家要重新登录;有不一样的,一行一处,退出码是1。恢复前请先停掉网站和后台进程"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path, help="一份备份,或者放备份的文件夹(用最新的一份)")
        parser.add_argument("--identity", type=Path, help="age 私钥文件,加密的备份才要")
        parser.add_argument("--trust", action="store_true", help="没有本系统印记的备份也用(SECRET_KEY 找不回来时)")
        parser.add_argument("--replace", action="store_true", help="换掉现有的数据")

    def handle(self, *, folder, identity, replace, trust, **options):
        try:
            problems = restore_backup(folder, at=timezone.now(), identity=identity, replace=replace, trust=trust)
        except DomainError as error:
            raise CommandError(error.message) from error
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
        self.stdout.write("恢复好了:各表的行数、文件、加密的内容和积分流水都和备份时一样。")
