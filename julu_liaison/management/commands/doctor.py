"""Say in words what the installation lacks; exit 1 if something stops the work."""

import sys

from django.core.management import BaseCommand
from django.utils import timezone

from julu_liaison.doctor import Level, examine


class Command(BaseCommand):
    help = "检查安装得对不对:一行一项,说明要做什么;有要处理的,退出码是1"
    requires_system_checks = []

    def handle(self, **options):
        findings = []
        for finding in examine(at=timezone.now()):
            self.stdout.write(f"{finding.level.value}\t{finding.topic}\t{finding.words}")
            findings.append(finding)
        if any(finding.level is Level.BAD for finding in findings):
            sys.exit(1)
