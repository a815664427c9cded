"""Pictures of characters that no font has (补字): which are needed, by whom; supplied, replaced, dropped."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import GlyphImage
from deputies.permissions import can_supply_glyphs
from deputies.posters.glyphs import GlyphUse, branches_needing, glyph_uses
from deputies.services import add_glyph, drop_glyph
from deputies.services.glyphs import COUNTY_ONLY, MOST_NOTE, WHOSE
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.fonts import code_points, may_be_drawn
from julu_liaison.common.glyph_pictures import MOST_BYTES, TOO_LARGE
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

MOST_SHOWN = 6  # texts that use a character; a township's name stands in all of its branches


class GlyphForm(forms.Form):
    """The picture of one character; what is in it is for the service to judge. Its ids end with the code point."""

    file = forms.FileField(label="字的图", max_length=200, error_messages={
        "required": "请选字的图", "empty": "文件是空的,请重新选图", "invalid": "请选字的图", "missing": "请选字的图",
        "max_length": "文件名太长了,请改短一些",
    })  # fmt: skip
    note = forms.CharField(
        label="来源", max_length=MOST_NOTE, widget=forms.TextInput(attrs={"class": "fld"}),
        error_messages={"required": WHOSE, "max_length": f"来源最多{MOST_NOTE}个字"},
    )  # fmt: skip

    def __init__(self, *args, character: str, **kwargs):
        super().__init__(*args, auto_id="id_%s_" + "".join(f"{ord(sign):x}" for sign in character[:1]), **kwargs)
        self.character = character

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


@dataclass(frozen=True)
class Row:
    """A character on the page. `form` is None where a picture cannot help; `picture` where there is none yet."""

    character: str
    uses: list[GlyphUse]
    form: GlyphForm | None
    picture: GlyphImage | None = None

    @property
    def label(self) -> str:
        return code_points([self.character])

    @property
    def shown(self) -> list[GlyphUse]:
        return self.uses[:MOST_SHOWN]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glyphs(request):
    """What a county (`?county=`) lacks, with whose texts it stands in, and the pictures there are. POST supplies one."""
    posted = request.method == "POST"
    counties = _counties_of(request.user)
    county = _chosen((request.POST if posted else request.GET).get("county", ""), counties)
    if not posted:
        return _page(request, county, counties)
    if not can_supply_glyphs(request.user, county):
        raise NotAllowed(COUNTY_ONLY)
    character = request.POST.get("character", "")
    form = GlyphForm(request.POST, request.FILES, character=character)
    if form.is_valid() and _supplied(request, county, form):
        messages.success(request, f"{code_points([character])}的图收好了,用到这个字的公示牌可以印了。")
        return redirect(_address(county))
    return _page(request, county, counties, failed=form)


@require_safe
@login_required
def glyph(request, uid):
    """The picture itself. Asked for again every time, so that a new one counts at once."""
    found = get_object_or_404(GlyphImage.objects.visible_to(request.user), uid=uid)
    etag = f'"{found.digest}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(bytes(found.image), content_type="image/png")
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glyph_drop(request, uid):
    """Which boards will be refused without the picture; POST drops it."""
    visible = GlyphImage.objects.visible_to(request.user).select_related("county").defer("image")
    found = get_object_or_404(visible, uid=uid)
    if not can_supply_glyphs(request.user, found.county):
        raise NotAllowed(COUNTY_ONLY)
    label = code_points([found.character])
    if request.method == "POST":
        drop_glyph(glyph=found, actor=request.user, at=timezone.now())
        messages.success(request, f"{label}的图去掉了。")
        return redirect(_address(found.county))
    today = today_here()
    uses = glyph_uses(found.county, today, [found.character]).of(found.character)
    context = {"glyph": found, "label": label, "branches": branches_needing(uses, today), "back": _address(found.county)}
    return render(request, "editions/glyph_drop.html", context)


def _counties_of(user) -> list[Station]:
    """The counties whose pictures the person sees: their staff and auditors. Raises NotAllowed for others."""
    counties = list(Station.objects.centres().filter(pk__in=scope_of(user).counties).order_by("code"))
    if not counties:
        raise NotAllowed(COUNTY_ONLY)
    return counties


def _chosen(code: str, counties: list[Station]) -> Station:
    """The county with that code, without one the first; what is no choice: 404."""
    found = next((county for county in counties if county.code == (code or counties[0].code)), None)
    if found is None:
        raise Http404
    return found


def _address(county: Station) -> str:
    return f"{reverse('glyphs')}?{urlencode({'county': county.code})}"


def _supplied(request, county: Station, form: GlyphForm) -> bool:
    values = form.cleaned_data
    try:
        add_glyph(
            county=county, character=form.character, content=values["file"].read(), note=values["note"],
            actor=request.user, at=timezone.now(),
        )  # fmt: skip
    except NotAllowed:
        raise
    except DomainError as error:
        for name, sentence in error.fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return False
    return True


def _page(request, county: Station, counties: list[Station], failed: GlyphForm | None = None):
    pictures = list(GlyphImage.objects.filter(county=county).select_related("added_by").defer("image"))
    uses = glyph_uses(county, today_here(), [picture.character for picture in pictures])
    may_supply = can_supply_glyphs(request.user, county)

    def form_of(character: str) -> GlyphForm | None:
        if not may_supply or not may_be_drawn(character):
            return None
        return failed if failed and failed.character == character else GlyphForm(character=character)

    context = {
        "lacking": [Row(one, uses.of(one), form_of(one)) for one in sorted(uses.lacking)],
        "pictures": [
            Row(one.character, uses.of(one.character), form_of(one.character), one) for one in pictures
        ],
        "failed": failed, "may_supply": may_supply, "county": county,
        "others": [(one.name, _address(one)) for one in counties if one != county],
    }  # fmt: skip
    return render(request, "editions/glyphs.html", context, status=400 if failed else 200)
