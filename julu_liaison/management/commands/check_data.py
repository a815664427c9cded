"""Check what the database's own constraints cannot say: dates that overlap, heads, postings, denormalised places."""

import sys

from django.core.management.base import BaseCommand

from activities.services import record_problems
from deputies.services import people_problems
from julu_liaison.common.working_days import today_here
from opinions.services import ticket_problems
from scoring.services.checking import question_problems
from stations.services import place_problems


class Command(BaseCommand):
    help = "检查各项资料是否前后一致,一行一个问题;有问题时退出码是1"

    def handle(self, *args, **options):
        today = today_here()
        problems = [*place_problems(today), *people_problems(today), *record_problems(), *ticket_problems()]
        problems += question_problems()
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
