"""Begin with a county: its centre and the account of its first administrator, who opens everything else in the browser."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from julu_liaison.accounts.services import first_password, open_account
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from stations.services import appoint, open_station
from stations.states import Role


class Command(BaseCommand):
    help = "设立一个县和它的第一个县级管理员;输出首次密码,登录后要马上改"

    def add_arguments(self, parser):
        parser.add_argument("code", help="县的编号,印在二维码里,以后不能改,例如 JLX")
        parser.add_argument("name", help="县名,例如 巨鹿县")
        parser.add_argument("username", help="县级管理员的账号")
        parser.add_argument("person", help="县级管理员的姓名")

    def handle(self, *, code, name, username, person, **options):
        today, password = today_here(), first_password()
        try:
            with transaction.atomic():
                county = open_station(code=code, name=name, parent=None, opened_on=today, actor=None)
                user = open_account(
                    username=username, name=person, password=password, actor=None, county_code=county.code
                )
                appoint(user=user, role=Role.COUNTY_ADMIN, station=county, started_on=today, actor=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(password)
