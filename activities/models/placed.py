"""What rows that belong to a branch have in common."""

from django.apps import apps
from django.db import models

from julu_liaison.common.numbering import printed_number
from stations.models import Station


class Placed(models.Model):
    """Carries the branch with its station and county, so that no list needs the tree (see stack.md, 'Scale')."""

    branch = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="分站")
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="联络站", editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县", editable=False)

    class Meta:
        abstract = True

    def put_at(self, branch: Station) -> None:
        """Set branch, station and county together."""
        self.branch, self.station_id, self.county_id = branch, branch.parent_id, branch.county_id


def placed_models() -> list[type[Placed]]:
    """Every model of the activities whose rows carry their branch: they follow it, and `check_data` looks at them."""
    return [model for model in apps.get_app_config("activities").get_models() if issubclass(model, Placed)]


class Registered(Placed):
    """Has a formal number in the register of one station (`register`), where it stays for good.

    `station` is the branch's station of today and follows when the branch moves; the number does not.
    """

    register = models.ForeignKey(
        Station, models.PROTECT, related_name="+", verbose_name="编号所属联络站", editable=False
    )

    class Meta:
        abstract = True

    def enter_at(self, branch: Station) -> None:
        """Put a new row at `branch` and into the register of its station."""
        self.put_at(branch)
        self.register_id = branch.parent_id

    @property
    def foreign_register(self) -> str:
        """The short name of the register's station where it is no longer the branch's own, else nothing."""
        return self.register.name if self.register_id != self.station_id else ""


class Serial(Registered):
    """Its number is `serial` of the calendar year `year` in the register."""

    year = models.PositiveSmallIntegerField("年度", editable=False)
    serial = models.PositiveIntegerField("序号", editable=False)

    class Meta:
        abstract = True

    @property
    def number(self) -> str:
        """The printed number within its register, e.g. 〔2026〕第001号."""
        return printed_number(self.year, self.serial)


class AttachedFile(models.Model):
    """A file of the county's own behind a page: kept below MEDIA_ROOT under a random name, shown by `name`."""

    file = models.CharField(max_length=200, editable=False)
    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("字节", editable=False)
    added_at = models.DateTimeField("上传时间", editable=False)

    class Meta:
        abstract = True
