"""What a villager sent in over the web (群众网上反映), beside the ticket that it became."""

import uuid

from django.db import models

from opinions.models.tickets import Opinion


class VillagerEntry(models.Model):
    """How a villager's own entry came, and the digest of the code by which they ask how far it is.

    `form_key`: the form it was sent with; the same form sent twice is one entry. The code itself is shown once and is
    nowhere in the database. Photos are the files of the ticket's first step.
    """

    opinion = models.OneToOneField(Opinion, models.CASCADE, related_name="entry", verbose_name="办件")
    form_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code_digest = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField("提交时间", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "群众网上反映"

    def __str__(self):
        return f"{self.opinion} 网上反映"
