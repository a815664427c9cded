"""Deputies of the county written down by name (附议代表): who is meant, and which of several people of one name."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django import forms
from django.db.models import Q

from deputies.models import Deputy
from julu_liaison.common.texts import squeezed, tidy_name

SEPARATORS = re.compile(r"[\n\r、,,;;/]+")
LIMIT = 100
LONGEST = 4000


class NamesField(forms.CharField):
    """Names or codes, one a line or with 、 between them; spaces between whole names will do."""

    def __init__(self, **options):
        super().__init__(
            max_length=LONGEST, widget=forms.Textarea(attrs={"class": "fld", "rows": 3}),
            error_messages={"required": "请填附议代表的姓名"}, **options,
        )  # fmt: skip


class SignersForm(forms.Form):
    """A form with co-signers. After a refused submit `namesakes` holds (name, [(deputy, ticked)]) of every name that
    several people have; the ticks come back as `picked`, codes.
    """

    cosigners = NamesField(
        label="附议代表", required=False, help_text="写姓名,一行一位,或者用顿号隔开;全县的代表都可以。"
    )

    def __init__(self, *args, county_id: int, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.county_id, self.today = county_id, today
        self.namesakes: list[tuple[str, list[tuple[Deputy, bool]]]] = []

    def clean_cosigners(self) -> list[Deputy]:
        """Return the people that are meant, each once; a sentence for every name that means nobody or is not decided."""
        words = _words(self.cleaned_data["cosigners"])
        if len(words) > LIMIT:
            raise forms.ValidationError(f"一次最多写{LIMIT}位,请分几次")
        known = _known(words, self.county_id, self.today)
        picked = set(self.data.getlist("picked")) if hasattr(self.data, "getlist") else set()
        people: dict[int, Deputy] = {}
        problems = []
        for word in _whole_or_pieces(words, known):
            meant = known[_key(word)]
            ticked = [person for person in meant if person.code in picked]
            chosen = meant if len(meant) == 1 else ticked
            people |= {person.pk: person for person in chosen}
            if len(meant) > 1:
                self.namesakes.append((word, [(person, person in ticked) for person in meant]))
            if not chosen:
                problems.append(_problem(word, meant))
        if problems:
            raise forms.ValidationError(problems)
        return list(people.values())


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word for part in SEPARATORS.split(text) if (word := part.strip())))


def _key(word: str) -> str:
    """How a name or code is looked up: names as typed but for spaces, codes half-width and in capitals."""
    code = squeezed(word).upper()
    return code if code.isascii() else tidy_name(word)


def _known(words: Iterable[str], county_id: int, today: date) -> dict[str, list[Deputy]]:
    """Serving deputies of the county by name and by code, with the branch of the day, in two queries."""
    keys = {_key(piece) for word in words for piece in (word, *word.split())}
    rows = Deputy.objects.filter(Q(name__in=keys) | Q(code__in=keys), county=county_id).serving(today)
    found: dict[str, list[Deputy]] = defaultdict(list)
    for person in rows.select_related("user").with_places(today) if keys else ():
        found[person.name].append(person)
        found[person.code.upper()].append(person)
    return found


def _whole_or_pieces(words: Iterable[str], known: dict[str, list[Deputy]]) -> list[str]:
    """`李明 王芳` is two people unless somebody is called just that."""
    split = []
    for word in words:
        pieces = word.split()
        split += pieces if not known[_key(word)] and all(known[_key(piece)] for piece in pieces) else [word]
    return list(dict.fromkeys(split))


def _problem(word: str, meant: list[Deputy]) -> str:
    if not meant:
        return f"没有找到在任的代表“{word[:40]}”,请核对姓名"
    return f"有{len(meant)}位叫“{word[:40]}”,请在下面点是哪一位"
