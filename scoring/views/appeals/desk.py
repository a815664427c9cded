"""The desk of appeals: what is due first, one of them with all that is needed to answer, the answer."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.services.addressees import reach_of
from deputies.states import Gender
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import refuse, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.appeals import AnswerForm, AppealsFilter
from scoring.models import Appeal, PointEntry, Rule, YearClosing
from scoring.permissions import can_answer_appeal, can_withdraw_appeal
from scoring.services import score_of
from scoring.services.appeals import Preview, answer_appeal, entries_alike, lines_since, preview_answer
from scoring.states import CLAIMED_ITEMS, AppealKind, AppealState, Block, Item, Source, VersionState
from scoring.views.appeals.stories import Story, story_of
from stations.models import Station
from stations.querysets import scope_of

OTHERS_SHOWN = 10


@require_safe
@login_required
@never_cache
def appeals(request):
    """Appeals of the county, or of the clerk's station; without a filter those that wait, due first."""
    scope = scope_of(request.user)
    if not (scope.counties or scope.townships):
        raise NotAllowed("复核由县人大办公室答复。您自己提出的在“我的复核”里。")
    places = Station.objects.visible_to(request.user).open(today_here()).order_by("official_order", "code")
    form = AppealsFilter(request.GET.dict(), places=places)
    rows = form.applied(Appeal.objects.visible_to(request.user))
    page = page_of(
        rows.select_related("deputy", "branch__parent", "entry", "answered_by"),
        by=("due_on", "pk") if form.waits else ("-pk",),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {"form": form, "rows": page.rows, "links": page.links(request.GET), "today": today_here()}
    return render(request, "scoring/appeals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def appeal(request, uid):
    """One appeal; POST shows what the answer would do and, sent once more, gives it."""
    rows = Appeal.objects.visible_to(request.user).select_related(
        "deputy__county", "deputy__user", "branch", "county", "raised_by", "answered_by", "entry__rule", "entry__deputy"
    )
    row = get_object_or_404(rows, uid=uid)
    desk = Desk(request, row)
    if request.method == "POST" and desk.answered():
        return redirect("appeal", uid=row.uid)
    return render(request, "scoring/appeal.html", desk.context(), status=status_of(desk.form))


@dataclass
class Desk:
    """What one person sees of one appeal and may do with it."""

    request: object
    appeal: Appeal
    form: AnswerForm | None = None
    preview: Preview | None = None
    closing: YearClosing | None = field(init=False)

    def __post_init__(self):
        scheme = {"scheme__county": self.appeal.county_id, "scheme__year": self.appeal.year}
        self.closing = YearClosing.objects.filter(**scheme).first()
        if self.may_answer:
            self.form = self._form()

    @property
    def may_answer(self) -> bool:
        return self.appeal.state == AppealState.RAISED and can_answer_appeal(self.request.user, self.appeal)

    def _form(self, data=None) -> AnswerForm:
        entry = self.appeal.entry
        initial = {"version": self.appeal.version, "occurred_on": entry.occurred_on if entry else None}
        lines = lines_since(self.appeal) if self.appeal.kind == AppealKind.MISSING and self.closing is None else ()
        return AnswerForm(
            data, appeal=self.appeal, items=_items(self.appeal), lines=lines, frozen=self.closing is not None,
            initial=initial,
        )  # fmt: skip

    def answered(self) -> bool:
        """Give the answer, or look at what it would do. Raises NotAllowed for who may not answer."""
        self.form = self._form(self.request.POST)
        if not self.form.is_valid():
            return self._refused_at_once()
        facts = {"appeal": self.appeal, "actor": self.request.user, "at": timezone.now(), **self.form.facts()}
        try:
            if self.form.is_settled:
                answer_appeal(**facts)
                messages.success(self.request, f"答复好了。{self._told()}")
                return True
            self.preview = preview_answer(**facts)
        except NotAllowed:
            raise
        except DomainError as error:
            refuse(self.form, error)
        return False

    def _told(self) -> str:
        """Who knows of it now, and who has to be telephoned; who wrote it down for the deputy is told, too."""
        person, by = self.appeal.deputy, self.appeal.raised_by
        also = by.pk != person.user_id and by.is_active
        whom = "她" if person.gender == Gender.FEMALE else "他"
        words = (
            f"已经通知{person.name}。" if reach_of([person]).told else f"{person.name}没有账号,请打电话告诉{whom}。"
        )  # fmt: skip
        return words + (f"替代表登记的{by.name}也通知了。" if also else "")

    def _refused_at_once(self) -> bool:
        """Who may not answer at all does not read about their form."""
        if not self.may_answer:
            raise NotAllowed("这次复核不由您答复,或者已经答复过了。")
        return False

    def context(self) -> dict:
        appeal, entry, user = self.appeal, self.appeal.entry, self.request.user
        others = Appeal.objects.visible_to(user).filter(deputy=appeal.deputy_id).exclude(pk=appeal.pk)
        return {
            "appeal": appeal, "entry": entry, "form": self.form, "preview": self.preview, "closing": self.closing,
            "may_answer": self.may_answer, "own": appeal.deputy.user_id == user.pk, "today": today_here(),
            "story": story_of(user, entry) if entry else Story([]),
            "alike": list(entries_alike(entry)) if entry else [],
            "is_reversed": bool(entry) and PointEntry.objects.filter(reverses=entry.pk).exists(),
            "others": list(others.select_related("entry").order_by("-pk")[:OTHERS_SHOWN]),
            "effects": _effects(appeal), "score": score_of(deputy=appeal.deputy, year=appeal.year),
            "may_withdraw": appeal.state == AppealState.RAISED and can_withdraw_appeal(user, appeal),
        }  # fmt: skip


def _effects(appeal: Appeal) -> list[PointEntry]:
    """The lines that the answer has brought into the ledger."""
    if appeal.state != AppealState.GRANTED:
        return []
    rows = PointEntry.objects.filter(deputy=appeal.deputy_id, year=appeal.year).select_related("rule")
    posted = rows.filter(source=Source.APPEAL, source_key=str(appeal.uid), reverses=None)
    reversals = rows.filter(reverses=appeal.entry_id) if appeal.cancels else rows.none()
    return list((posted | reversals).order_by("number"))


def _items(appeal: Appeal) -> list:
    """Items of the year that are worth something, with the points of the version applied last, by block."""
    rules = Rule.objects.filter(
        version__scheme__county=appeal.county_id, version__scheme__year=appeal.year,
        version__state=VersionState.APPLIED,
    ).exclude(points=0)  # fmt: skip
    points = dict(rules.order_by("version__number").values_list("item", "points"))
    blocks = dict(rules.values_list("item", "block"))
    return [
        (block.label, [(item, _words(item, points[item])) for item in Item if blocks.get(item) == block])
        for block in Block
    ]


def _words(item: Item, points) -> str:
    usual = ",通常要申报" if item in CLAIMED_ITEMS else ""
    return f"{item.label}({points.normalize():+f}分{usual})"
