"""What a villager asks for about the own data in a ticket (群众更正、删除申请)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from julu_liaison.common.secrets import SealedField
from opinions.models.tickets import Opinion
from opinions.querysets import VillagerRequestQuerySet
from opinions.states import STILL_ASKED, AskedFor, AskedState


class VillagerRequest(models.Model):
    """A villager wants name, phone or village corrected or let go, by the link or in person (`asked_by`: who wrote it down).

    `said` is the villager's own words, sealed since they will name themselves, and blanked once it is settled. `how` is
    how an office heard of it. `state` is written by `opinions.services.villagers` only.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="villager_requests", verbose_name="办件")
    kind = models.CharField("要求", max_length=10, choices=AskedFor)
    said = SealedField("群众的话", blank=True, default="")
    how = models.CharField("怎么提出的", max_length=20, blank=True)
    state = models.CharField("状态", max_length=10, choices=AskedState, default=AskedState.ASKED)
    version = models.PositiveIntegerField(default=1, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    asked_at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = VillagerRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "群众更正删除申请"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion", "kind"],
                condition=Q(state__in=sorted(STILL_ASKED)),
                name="villager_request_once_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="villager_request_by_state")]

    def __str__(self):
        return f"{self.opinion} {self.get_kind_display()}"  # never the villager's words
