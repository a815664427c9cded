"""Seal everything with the newest key; afterwards the old ones can leave FIELD_KEYS."""

from django.core.management import BaseCommand, CommandError

from julu_liaison.common import audit
from julu_liaison.common.resealing import reseal_everything


class Command(BaseCommand):
    help = "用 FIELD_KEYS 里的第一把钥匙重新加密所有加密的内容;做完以后旧钥匙才能去掉"

    def handle(self, **options):
        try:
            done = reseal_everything()
        except ValueError as error:
            raise CommandError(
                "有内容用现在的钥匙打不开,请把旧钥匙加回 FIELD_KEYS(放在新钥匙后面)再做一次。"
            ) from error
        for column, count in done.items():
            self.stdout.write(f"{column}\t{count}")
        audit.record("rotate_keys", actor=None, rows=sum(done.values()))
