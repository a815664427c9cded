"""Give an account a fresh first password from the machine itself: for the last administrator, and for separated duties."""

from django.core.management.base import BaseCommand, CommandError

from julu_liaison.accounts.models import User
from julu_liaison.accounts.services import renew_password


class Command(BaseCommand):
    help = "给一个账号重设首次密码(管理员自己忘了密码,或者三员分立时用);登录后要马上改"

    def add_arguments(self, parser):
        parser.add_argument("username", help="账号")

    def handle(self, *, username, **options):
        account = User.objects.filter(username=username).first()
        if account is None:
            raise CommandError(f"没有“{username}”这个账号。")
        self.stdout.write(renew_password(account=account, actor=None))
