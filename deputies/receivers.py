"""What deputies does when stations tells a fact."""

from django.dispatch import receiver

from deputies.services.relocating import demand_no_members, hand_over_members, tell_of_move
from stations.signals import branch_merged, branch_moved, station_closing


@receiver(branch_moved)
def follow_the_branch(sender, *, branch, at, **_more):
    return tell_of_move(branch=branch, at=at)


@receiver(branch_merged)
def go_over_to_the_successor(sender, *, branch, into, on, actor, at, **_more):
    return hand_over_members(branch=branch, into=into, on=on, actor=actor, at=at)


@receiver(station_closing)
def refuse_while_somebody_serves_there(sender, *, station, on, **_more):
    demand_no_members(station=station, on=on)
    return []
