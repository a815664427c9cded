"""What clocks cost in bulk, in CPU seconds: `make bench`. Figures are shown, not judged; the sweep is to stay below 2 s.

10,000 open tickets of one county, each with something due; 6,000 of them get another day when a term changes.
"""

# ruff: noqa: T201 - printing is what this script is for
import os
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from time import process_time

import django

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="liaison-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - after Django is set up

from activities.services import Matter  # noqa: E402
from julu_liaison.common.holidays import load_holidays  # noqa: E402
from opinions.models import Clock, Opinion, Term  # noqa: E402
from opinions.rules.terms import next_alert  # noqa: E402
from opinions.services import register_opinion, set_term  # noqa: E402
from opinions.services.clocks import sweep_deadlines  # noqa: E402
from opinions.services.clocks.running import alert_days_of, calendar_from  # noqa: E402
from opinions.states import Alert, Kind, Stage, State  # noqa: E402
from tests.cast import Cast, build_cast, moment  # noqa: E402

TICKETS, RECOMPUTED = 10_000, 6_000
TODAY = date(2026, 11, 20)
NEWEST, SPREAD = 14, 60  # days ago; half of every term has gone


def seconds(work: Callable) -> float:
    start = process_time()
    work()
    return process_time() - start


def tickets(cast: Cast) -> None:
    """Most with a department, the others with their branch and station, each with its running clock."""
    first = register_opinion(
        branch=cast.gt01, matter=Matter("村西道路塌陷", "road", deputy=cast.deputy_person), actor=cast.clerk,
        at=moment(TODAY - timedelta(days=NEWEST)),
    )  # fmt: skip
    stages = (
        (
            Stage.AT_DEPARTMENT,
            {"holder_department": cast.jiaotong, "department": cast.jiaotong, "holder_station": None},
            15,
        ),
        (Stage.AT_BRANCH, {"holder_station": cast.gt01}, 5),
        (Stage.AT_STATION, {"holder_station": cast.gt}, 10),
    )
    columns = Opinion.objects.filter(pk=first.pk).values().get()
    del columns["id"], columns["uid"]
    rows, clocks = [], []
    calendar = calendar_from(TODAY - timedelta(days=NEWEST + SPREAD))
    for number in range(2, TICKETS + 2):
        stage, holder, amount = stages[0] if number % 10 < RECOMPUTED // 1000 else stages[1 + number % 2]
        ticket = Opinion(**(columns | {"number": f"〔2026〕第{number}号", "state": State(stage)}))
        for name, place in holder.items():
            setattr(ticket, name, place)
        clock = Clock(
            opinion=ticket, stage=stage, department=ticket.holder_department, amount=amount, unit="working_day",
            started_on=TODAY - timedelta(days=NEWEST + number % SPREAD),
        )  # fmt: skip
        days = alert_days_of(clock, calendar=calendar, pauses=[])
        clock.due_on = ticket.due_on = days[Alert.DUE]
        clock.alert_on = next_alert(days, Alert.NONE)
        rows.append(ticket)
        clocks.append(clock)
    Opinion.objects.bulk_create(rows, batch_size=500)
    Clock.objects.bulk_create(clocks, batch_size=500)


def main() -> None:
    call_command("migrate", verbosity=0)
    cast = build_cast()
    load_holidays(first_year=2026, actor=cast.admin)
    tickets(cast)
    at = moment(TODAY, 7)
    found = []
    print(f"{TICKETS:,} open tickets, all with something due")
    print(f"  first sweep      {seconds(lambda: found.append(sweep_deadlines(at=at))):.2f} s")
    print(f"  repeated         {seconds(lambda: found.append(sweep_deadlines(at=at))):.2f} s")
    print(f"  warned of        {sum(found[0].warned.values())}, then {sum(found[1].warned.values())}")
    term = Term.objects.get(kind=Kind.OPINION, stage=Stage.AT_DEPARTMENT)
    facts = {"term": term, "amount": 20, "longest_extension": 15, "reason": "试", "actor": cast.admin, "at": at}
    print(
        f"  a term changed   {seconds(lambda: found.append(set_term(**facts))):.2f} s, {len(found[2].tickets):,} tickets"
    )


if __name__ == "__main__":
    main()
