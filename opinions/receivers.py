"""What opinions does when other apps tell a fact."""

from django.dispatch import receiver

from activities.signals import matters_recorded, month_counted, visit_corrected
from julu_liaison.common.signals import calendar_changed
from julu_liaison.notices.signals import way_in_wanted
from opinions.rules.months import opinions_of_month
from opinions.services import follow_visit, register_opinions, set_default_terms
from opinions.services.clocks import follow_days
from opinions.services.offices.answering import way_in
from opinions.services.relocating import demand_no_open_tickets, follow_branch, follow_merger
from stations.signals import branch_merged, branch_moved, county_opened, station_closing


@receiver(matters_recorded)
def register_matters(sender, *, branch, log, matters, actor, at, **_more):
    """A matter written in a duty log or told in a visit becomes a ticket in the same transaction."""
    return register_opinions(branch=branch, log=log, matters=matters, actor=actor, at=at)


@receiver(visit_corrected)
def correct_the_villager(sender, *, visit, **_more):
    follow_visit(visit=visit)


@receiver(month_counted)
def count_the_opinions(sender, *, place, first, last, on, **_more):
    return opinions_of_month(place=place, first=first, last=last, on=on)


@receiver(way_in_wanted)
def let_the_officer_answer(sender, *, notice, at, **_more):
    return way_in(page=notice.link, user=notice.user, at=at)


@receiver(county_opened)
def give_it_the_usual_terms(sender, *, county, actor, **_more):
    set_default_terms(county=county, actor=actor)
    return []


@receiver(branch_moved)
def take_the_tickets_along(sender, *, branch, source, target, actor, at, **_more):
    return follow_branch(branch=branch, source=source, target=target, actor=actor, at=at)


@receiver(branch_merged)
def hand_open_tickets_over(sender, *, branch, into, actor, at, **_more):
    return follow_merger(branch=branch, into=into, actor=actor, at=at)


@receiver(station_closing)
def refuse_while_tickets_wait_there(sender, *, station, **_more):
    demand_no_open_tickets(station=station)
    return []


@receiver(calendar_changed)
def count_the_days_anew(sender, *, days, actor, at, **_more):
    return follow_days(days=days, actor=actor, at=at)
