"""What a villager types: the matter, and, if one likes, who one is; the code by which one asks."""

from uuid import UUID, uuid4

from django import forms

from julu_liaison.common.many_files import ManyFiles
from opinions.services.entries import LONGEST_NAME, LONGEST_VILLAGE, MOST_PHOTOS

LONGEST_TYPED = 100_000  # beyond that it is nobody's typing; how long a matter may be is the service's question
LONGEST_PHONE, LONGEST_CODE = 40, 60
# What a browser keeps from being sent with a digit too few, so that no photo is sent for nothing: whatever
# `checked_phone` takes fits, in either width and with anything between the digits.
DIGIT, BETWEEN = "[0-9０-９]", "[^0-9０-９]*"
PHONE_PATTERN = (
    f"{BETWEEN}(?:(?:[0０]{{2}})?[8８]{BETWEEN}[6６]{BETWEEN})?"
    f"(?:[1１](?:{BETWEEN}{DIGIT}){{10}}|(?:[2-9２-９](?:{BETWEEN}{DIGIT}){{6,7}}|[0０](?:{BETWEEN}{DIGIT}){{9,11}})"
    f"(?:[^0-9０-９]+{DIGIT}{{1,6}})?){BETWEEN}"
)


def _typed(label: str, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        error_messages={"max_length": f"{label}请控制在{longest}字以内"},
    )


class EntryForm(forms.Form):
    """Only `text` is needed. `key` tells two forms from one sent twice; `website` is seen by nobody and filled by machines.

    The template draws the fields; what is wrong with their words the service says.
    """

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label="您要反映的事", required=False, max_length=LONGEST_TYPED, strip=False)
    village = _typed("哪个村", LONGEST_VILLAGE)
    name = _typed("姓名", LONGEST_NAME)
    phone = _typed("电话", LONGEST_PHONE)
    confidential = forms.BooleanField(label="不让承办部门知道我是谁", required=False)
    photos = ManyFiles(label="照片", required=False, most=MOST_PHOTOS, counted="张照片")
    website = forms.CharField(required=False)

    def __init__(self, data=None, files=None):
        super().__init__(data, files, initial={"key": uuid4()})

    @property
    def shown_key(self) -> str:
        """The form's own key while it can be read, else a new one."""
        return str(self.form_key)

    @property
    def form_key(self) -> UUID:
        if not self.is_bound:
            return self.initial["key"]
        return self.cleaned_data.get("key") or self.initial["key"]

    def clean_website(self) -> str:
        """A machine is told honestly; whoever sees this has a browser that filled in by itself, and sends it again."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("有一格不用填的被自动填上了,现在已经清空,请再点一次“提交”")
        return ""

    @property
    def phone_pattern(self) -> str:
        return PHONE_PATTERN

    @property
    def has_lost_photos(self) -> bool:
        """Photos were chosen and the page came back: a browser wants them chosen again."""
        return bool(self.errors) and any(self.files.getlist("photos")) if self.files else False

    @property
    def sentences(self) -> list[str]:
        return [
            str(sentence).rstrip("。") + "。"
            for name, found in self.errors.items()
            if name != "key"
            for sentence in found
        ]

    def said(self) -> dict:
        """Return what `enter_by_villager` takes besides branch and photos; only after `is_valid()`."""
        names = ("text", "village", "name", "phone", "confidential")
        return {name: self.cleaned_data[name] for name in names} | {"form_key": self.form_key}

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)


class CodeForm(forms.Form):
    code = forms.CharField(
        label="查询码", max_length=LONGEST_CODE,
        error_messages={"required": "请填查询码", "max_length": "查询码是12位字母和数字"},
    )  # fmt: skip
