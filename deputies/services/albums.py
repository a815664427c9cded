"""Many portraits at once: the files of an archive matched to deputies by what their names say.

`张三.jpg` where only one deputy has that name; among namesakes `张三-19900001234.jpg`, `张三_官亭镇第一分站.jpg`, a folder
named after the place, or the code: `JLX-0012.jpg`. A file that could be somebody else's is never used.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from deputies.models import Deputy
from deputies.permissions import can_put_photos
from deputies.services.photos import put_photo
from julu_liaison.common.archives import Archive, Entry, EntryRefused
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.pictures import MOST_BYTES
from julu_liaison.common.working_days import today_here
from stations.models import Station

PICTURES = {"jpg", "jpeg", "jfif", "png", "webp", "bmp", "heic", "heif", "gif", "tif", "tiff"}
ARCHIVES = {"zip", "rar", "7z", "tar", "gz"}
CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*-\d{4,}")
PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
BETWEEN = r"[-_—–－+,,、.。()()【】\[\]&@#]+"
SPACE = re.compile(r"\s+")
DOTS = str.maketrans(dict.fromkeys("•・‧∙", "·"))  # between the parts of a transliterated name


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `state`: done, unchanged (the deputy has a photo already) or refused."""

    path: str
    state: str
    sentence: str
    deputy: Deputy | None = None


@dataclass(frozen=True)
class Clues:
    """What a file's path says about whose it is."""

    words: tuple[str, ...]  # what may be names, spaces inside them left out
    codes: frozenset[str]
    phones: frozenset[str]
    path: str


def put_album(*, archive: Archive, place: Station, replace: bool, actor, at: datetime) -> Iterator[Outcome]:
    """Give the deputies who serve at `place` the portraits in `archive`, file by file, each in its own transaction.

    Those who have one keep it unless `replace`. Raises NotAllowed, and DomainError once the archive turns out to
    be a bomb; what is wrong with one file is that file's outcome.
    """
    if not can_put_photos(actor, place):
        raise NotAllowed("批量上传照片,由县人大办公室和乡镇联络站办理。")
    today = today_here(at)
    roll = Roll(Deputy.objects.serving(today, place).with_places(today).select_related("county"))
    taken: dict[int, str] = {}
    for entry in archive.entries():
        try:
            yield _put(archive, entry, roll, taken, replace=replace, actor=actor, at=at)
        except EntryRefused as refusal:
            yield Outcome(entry.path, "refused", refusal.message)


def _put(archive: Archive, entry: Entry, roll: "Roll", taken: dict, *, replace: bool, actor, at) -> Outcome:
    _demand_picture_name(entry)
    archive.demand_plain(entry)
    deputy = roll.owner_of(clues_of(entry.path))
    if deputy.pk in taken:
        raise EntryRefused(f"和“{taken[deputy.pk]}”是同一位代表的,没有采用。")
    if deputy.photo and not replace:
        taken[deputy.pk] = entry.path
        return Outcome(entry.path, "unchanged", f"{deputy.name}已经有照片,没有换。", deputy)
    content = archive.read(entry, MOST_BYTES)
    try:
        put_photo(deputy=deputy, content=content, actor=actor, at=at)
    except DomainError as error:
        return Outcome(entry.path, "refused", error.message, deputy)
    taken[deputy.pk] = entry.path
    return Outcome(entry.path, "done", f"{deputy.name} {deputy.code}", deputy)


def _demand_picture_name(entry: Entry) -> None:
    suffix = entry.name.rpartition(".")[2].lower()
    if suffix in ARCHIVES:
        raise EntryRefused("这是压缩包,里面的照片没有读,请把照片直接放在一个 zip 里。")
    if suffix not in PICTURES:
        raise EntryRefused("这不是照片文件,没有采用。")


def clues_of(path: str) -> Clues:
    """Read what the path says: codes, phones, and the words that may be a name."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    phones = frozenset(PHONE.findall(stem))
    rest = PHONE.sub("-", stem)
    codes = frozenset(code.upper() for code in CODE.findall(rest))
    rest = CODE.sub("-", rest)
    # 张 三 is one name, 张三 官亭镇 is not: first without spaces, then with them as separators.
    words = [*re.split(BETWEEN, SPACE.sub("", rest)), *re.split(BETWEEN + r"|\s+", rest)]
    plain = (word.strip("0123456789").translate(DOTS) for word in words)
    return Clues(tuple(dict.fromkeys(filter(None, plain))), codes, phones, path)


class Roll:
    """The deputies of a place, to be found by what a file's name says. They come from `with_places(on)`."""

    def __init__(self, people: Iterable[Deputy]):
        self._by_code = {person.code.upper(): person for person in people}
        self._by_name = defaultdict(list)
        for person in self._by_code.values():
            self._by_name[SPACE.sub("", person.name).translate(DOTS)].append(person)

    def owner_of(self, clues: Clues) -> Deputy:
        """Return the one deputy that everything in the name agrees with. Raises EntryRefused."""
        names = [word for word in clues.words if word in self._by_name]
        if len(names) > 1:
            raise EntryRefused(f"文件名里有{len(names)}个代表的名字({'、'.join(names)}),请只写一个。")
        coded = [self._by_code[code] for code in clues.codes if code in self._by_code]
        if names:
            return self._namesake(names[0], coded, clues)
        if len(coded) == 1:
            return coded[0]
        if not clues.words and clues.phones:
            return _only([one for one in self._by_code.values() if one.phone in clues.phones], "这个手机号")
        who = f"叫“{clues.words[0]}”的" if clues.words else "对得上的"
        raise EntryRefused(f"没有{who}代表,请核对文件名。")

    def _namesake(self, name: str, coded: list[Deputy], clues: Clues) -> Deputy:
        people = self._by_name[name]
        if coded:
            people = [person for person in people if person in coded]
            return _only(people, f"编号是{coded[0].code}、又叫{name}")
        if clues.phones:
            known = [person for person in people if person.phone]
            if known or len(people) > 1:
                return _only([one for one in known if one.phone in clues.phones], f"叫{name}、手机号也对得上")
        return people[0] if len(people) == 1 else _at_the_place(people, clues.path)


def _only(people: list[Deputy], what: str) -> Deputy:
    if len(people) != 1:
        raise EntryRefused(f"{what}的代表{'没有' if not people else '不止一位'},请核对文件名。")
    return people[0]


def _at_the_place(people: list[Deputy], path: str) -> Deputy:
    """The namesake whose station and branch the path names best."""
    matches = {person: _agreement(person, path) for person in people}
    best = [person for person in people if matches[person] and matches[person] == max(matches.values())]
    if len(best) == 1:
        return best[0]
    where = "、".join(person.membership_now.branch.full_name for person in people if person.membership_now)
    raise EntryRefused(
        f"有{len(people)}位叫{people[0].name}的代表({where}),请在文件名里加上手机号、分站或编号,"
        f"例如“{people[0].name}-{people[0].code}.jpg”。"
    )


def _agreement(person: Deputy, path: str) -> int:
    branch = person.membership_now.branch if person.membership_now else None
    return (branch.name in path) + (branch.parent.name in path) if branch is not None and branch.parent else 0
