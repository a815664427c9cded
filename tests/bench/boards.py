"""What a county's notice boards cost: 72 boards of 12 photos at A2, by us, WeasyPrint and Chromium: `make bench`.

Each engine draws the same facts in a process of its own; its processor time and memory are those of all its processes.
Ours is to stay below 8 s and 600 MiB on one core, a second run in which nothing changed below 2 s. Figures are shown,
not judged; `start` is the process's start, `× ours` compares the rest. For the other engines a board is HTML of the same
measures (boards.html), which can't fit its text by itself. The same check looks at every file: whose name or telephone
is not found as text, or not whole within that deputy's card?
"""

# ruff: noqa: T201 - printing is what this script is for
import base64
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from math import ceil
from pathlib import Path
from time import perf_counter, process_time, sleep

HERE = Path(__file__)
BOARDS, PEOPLE, SIZE = 72, 12, "A2"
PHOTO = (900, 1200)
TODAY = date(2026, 11, 30)
OTHER_SIZE, MANY = "2400x1200", 300
WATCHED_EVERY = 0.1  # s
READY = "ready"
NAMES = [
    "张建国", "李桂芳", "陈卫", "王志强", "刘玉梅", "赵德明", "孙丽", "阿卜杜热西提·买买提江", "吴秀英", "欧阳志远",
    "周文", "褚立新", "蒋大伟",
]  # fmt: skip
EMPLOYERS = [
    "官亭镇中心小学", "巨鹿县宏远农业种植专业合作社", "安家庄村民委员会", "县医院", "巨鹿县顺达汽车配件制造有限公司",
]  # fmt: skip
POSITIONS = ["教师", "理事长", "党支部书记兼村民委员会主任", "内科主任医师", "总经理", "村民", "副主任"]
SCOPES = [
    "教育、道路", "联系安家庄村一至四组选民,听取农田水利、环境卫生方面的意见", "医疗卫生", "优化营商环境、企业用工", "养老",
    "联系官亭村、安家庄村、大留庄村和小留庄村的选民,每月走访不少于五户,听取道路修建、饮水安全、农田水利、环境卫生方面的意见",
    "民政", "水利", "环境卫生", "农村道路和路灯", "农机",
]  # fmt: skip


# ---- The facts, drawn up once and the same for all ----


def portraits() -> Iterator[bytes]:
    """Pictures as large as photos are; no two are the same file."""
    from PIL import Image

    drawn = []
    for number in range(PEOPLE):
        noise = Image.effect_noise(PHOTO, 24).convert("RGB")
        ground = Image.linear_gradient("L").resize(PHOTO).convert("RGB")
        tint = Image.new("RGB", PHOTO, (90 + 8 * number, 120, 190 - 8 * number))
        output = BytesIO()
        Image.blend(Image.blend(ground, tint, 0.5), noise, 0.25).save(output, "JPEG", quality=90)
        drawn.append(output.getvalue())
    for number in range(BOARDS * PEOPLE):
        picture, comment = drawn[number % PEOPLE], f"{number:04d}".encode()
        yield picture[:2] + b"\xff\xfe\x00\x06" + comment + picture[2:]


def county(folder: Path) -> None:
    """Branches in a database of their own, and the facts of their boards in a file."""
    from django.core.management import call_command

    from deputies.posters.boards import BoardFacts
    from stations.services import open_station

    call_command("migrate", verbosity=0)
    where = {"opened_on": TODAY, "actor": None}
    top = open_station(code="JLX", name="巨鹿县", parent=None, **where)
    station = open_station(code="GT", name="官亭镇", parent=top, **where)
    photos, facts = portraits(), {}
    for board in range(BOARDS):
        branch = open_station(code=f"GT{board:02d}", name=f"第{board + 1}分站", parent=station, **where)
        people = [person(board, number, folder / f"{board}-{number}.jpg", next(photos)) for number in range(PEOPLE)]
        facts[branch.pk] = BoardFacts(
            county_code="JLX", place_code=branch.code, edition_label="第1版", edited_on=TODAY,
            title=f"官亭镇人大代表联络站第{board + 1}分站", subtitle="代表联系群众公示栏", people=people,
            duty_hours="每星期日 上午9:00—11:30", place="官亭镇便民服务中心一楼", station_phone="0319-5550100",
            upcoming=[], qr_url=f"https://example.org/b/{branch.code}/", maker="巨鹿县人大常委会",
        )  # fmt: skip
    (folder / "facts").write_bytes(pickle.dumps(facts))


def person(board: int, number: int, photo: Path, content: bytes):
    from deputies.posters.boards import BoardPerson

    photo.write_bytes(content)
    mixed = board * PEOPLE + number
    return BoardPerson(
        code=f"D{board:02d}{number:02d}", name=NAMES[mixed % len(NAMES)], levels_label="县、镇人大代表", is_head=number == 0,
        employer=EMPLOYERS[mixed % len(EMPLOYERS)], position=POSITIONS[mixed % len(POSITIONS)],
        contact_scope=SCOPES[mixed % len(SCOPES)], phone=f"1990000{mixed:04d}", photo=photo,
    )  # fmt: skip


def facts_of(folder: Path) -> dict:
    return pickle.loads((folder / "facts").read_bytes())  # noqa: S301 - written by ourselves a moment ago


# ---- Engines: each is told the folder, says when it is ready, and leaves its files ----


def ready(out: Path) -> None:
    (out / READY).touch()


def ours(folder: Path, out: Path) -> None:
    """Checks and drawing of boards, without a database."""
    from deputies.posters import Rendition
    from deputies.posters.boards import board_size, draw_board

    boards, size = facts_of(folder).values(), board_size(SIZE)
    ready(out)
    for number, facts in enumerate(boards):
        (out / f"{number:02d}.pdf").write_bytes(draw_board(facts, size, Rendition()).content)


def many(folder: Path, out: Path) -> None:
    """Hundreds of boards in one process, two sizes by turns: does its memory come to rest?"""
    from deputies.posters import Rendition
    from deputies.posters.boards import board_size, draw_board

    boards, sizes = list(facts_of(folder).values()), [board_size(SIZE), board_size(OTHER_SIZE)]
    ready(out)
    for number in range(MANY):
        (out / "last.pdf").write_bytes(draw_board(boards[number % BOARDS], sizes[number % 2], Rendition()).content)


def editions(folder: Path, out: Path) -> None:
    """As the county prints: kept, numbered, recorded. The second time nothing is to do."""
    from deputies.posters import Order, print_all
    from deputies.posters.boards import Board, board_size
    from stations.models import Station
    from tests.cast import moment

    facts = facts_of(folder)

    class Prepared(Board):
        def facts_of(self, places, on, period=""):
            return facts

    order, places = Order(Prepared(), board_size(SIZE)), list(Station.objects.filter(pk__in=facts).order_by("pk"))
    ready(out)
    results = list(print_all(order=order, places=places, actor=None, at=moment(TODAY)))
    for number, result in enumerate(results):
        assert result.path, result.reasons
        shutil.copy(result.path, out / f"{number:02d}.pdf")


def weasyprint(folder: Path, out: Path) -> None:
    from weasyprint import HTML

    pages = html_pages(folder)
    ready(out)
    for number, page in enumerate(pages):
        HTML(string=page).write_pdf(out / f"{number:02d}.pdf")


def chromium(folder: Path, out: Path) -> None:
    """Kept open for all boards."""
    from playwright.sync_api import sync_playwright

    pages = html_pages(folder)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: install it or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        ready(out)
        sheet = browser.new_page()
        for number, page in enumerate(pages):
            source = out / f"{number:02d}.html"
            source.write_text(page, encoding="utf-8")
            sheet.goto(source.as_uri())
            sheet.pdf(path=out / f"{number:02d}.pdf", prefer_css_page_size=True, print_background=True)
        browser.close()


def html_pages(folder: Path) -> Iterator[str]:
    """The boards as HTML; its text is 15 % smaller than ours starts with, since it can't be fitted."""
    import pylopdf_fonts_zh_cn as fonts
    from django.template import Context, Engine

    from deputies.posters.boards import board_layout, board_size, spaced_name
    from deputies.posters.boards.drawing import _print_data
    from julu_liaison.common.qr import qr_svg

    template = Engine().from_string(HERE.with_suffix(".html").read_text(encoding="utf-8"))
    size, layout = board_size(SIZE), board_layout(board_size(SIZE), PEOPLE)
    for facts in facts_of(folder).values():
        cards = [
            {
                "person": one, "name": spaced_name(one.name), "size": name_size(one.name, layout),
                "photo": one.photo.as_uri(), "left": left, "top": top,
            }
            for one, (left, top) in zip(facts.people, card_corners(layout), strict=True)
        ]
        code = base64.b64encode(qr_svg(facts.qr_url)).decode()
        yield template.render(
            Context({
                "data": _print_data(facts, size, 0), "layout": layout, "cards": cards, "size": 0.85 * layout.body,
                "qr": f"data:image/svg+xml;base64,{code}", "sans": fonts.sans_path().as_uri(),
                "serif": fonts.serif_path().as_uri(),
            })
        )  # fmt: skip


def name_size(name: str, layout) -> float:
    """Font size in mm at which a name takes one line, a long one two."""
    lines = 1 if len(name) <= 4 else 2
    return min(layout.name, layout.beside / ceil(len(name) / lines))


def card_corners(layout) -> list[tuple[float, float]]:
    """Left and top of each card in mm."""
    step = (layout.card_width + layout.card_gap, layout.card_height + layout.card_gap)
    places = (divmod(number, layout.columns) for number in range(PEOPLE))
    return [(layout.margin + column * step[0], layout.top + row * step[1]) for row, column in places]


# ---- Measuring: a process and all that it starts ----


@dataclass
class Cost:
    """CPU seconds (`start` of them before the first board), seconds by the clock, peak memory in MiB, MB of files."""

    cpu: float
    start: float
    clock: float
    memory: float
    output: float

    @property
    def drawing(self) -> float:
        return self.cpu - self.start


class Tree:
    """Processor time and memory of a process and its descendants, as /proc shows them while they live."""

    def __init__(self, root: int):
        self.root, self.ticks, self.peak = root, {}, 0.0

    @property
    def cpu(self) -> float:
        return sum(self.ticks.values()) / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        family = self._family()
        for number, ticks in family.items():
            self.ticks[number] = ticks
        self.peak = max(self.peak, sum(map(self._memory, family)))

    def _family(self) -> dict[int, int]:
        """Ticks by process; a parent's number is always known before its child's, whatever their order."""
        parents, ticks = {}, {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], ticks[int(entry.name)] = int(words[1]), int(words[11]) + int(words[12])
        found = {self.root}
        while more := {one for one, parent in parents.items() if parent in found} - found:
            found |= more
        return {one: ticks[one] for one in found if one in ticks}

    def _memory(self, process: int) -> float:
        """MiB, what is shared counted in parts."""
        with suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    return int(line.split()[1]) / 1024
        return 0.0


def run_measured(engine: str, folder: Path, out: Path) -> Cost | str:
    """What an engine cost, or the last line of why it could not be measured."""
    out.mkdir(exist_ok=True)
    begin = perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, str(HERE), engine, str(folder), str(out)]
        process = subprocess.Popen(command, stderr=errors)  # noqa: S603 - ourselves
        tree, start = Tree(process.pid), None
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            tree.look()
            if start is None and (out / READY).exists():
                start = tree.cpu
            sleep(WATCHED_EVERY)
        clock = perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            return errors.read().strip().rpartition("\n")[2][:120]
    output = sum(file.stat().st_size for file in out.glob("*.pdf")) / 1e6
    cpu = max(tree.cpu, used.ru_utime + used.ru_stime)  # of children that were waited for, the second knows the end, too
    return Cost(cpu, start or 0.0, clock, max(tree.peak, used.ru_maxrss / 1024), output)


# ---- The same check for all ----


def faults_in(out: Path, folder: Path) -> str:
    """How many names and how many telephones don't stand whole within their card."""
    import django

    django.setup()
    from deputies.posters.boards import board_layout, board_size

    layout, names, phones = board_layout(board_size(SIZE), PEOPLE), 0, 0
    for number, facts in enumerate(facts_of(folder).values()):
        pieces = pieces_of(out / f"{number:02d}.pdf", layout.height)
        # Ours puts the head first, and so do the facts.
        for one, corner in zip(facts.people, card_corners(layout), strict=True):
            text = text_within(pieces, corner, layout)
            names += one.name not in text
            phones += one.phone not in text
    return f"{names}, {phones} of {BOARDS * PEOPLE}"


def pieces_of(file: Path, height: float) -> list[tuple[float, float, float, str]]:
    """Left and baseline in mm from the top left, font size in mm, and text of each piece of text."""
    from pypdf import PdfReader

    mm, found = 25.4 / 72, []

    def visit(text, ours, its, _font, size):
        if text.strip():
            a, _b, _c, d, e, f = ours
            x, y = its[4] * a + e, its[5] * d + f
            found.append((float(x) * mm, height - float(y) * mm, abs(float(size) * its[3] * d) * mm, text))

    for page in PdfReader(file).pages:
        page.extract_text(visitor_text=visit)
    return found


def text_within(pieces: list, corner: tuple[float, float], layout) -> str:
    """All text of a card that begins and ends in it, without white space."""
    (left, top), right, bottom = corner, corner[0] + layout.card_width, corner[1] + layout.card_height
    inside = [
        text for x, y, size, text in pieces
        if left <= x and x + 0.5 * size * len(text.strip()) <= right and top <= y <= bottom
    ]  # fmt: skip
    return re.sub(r"[\s\u2060]+", "", "".join(inside))


# ---- The table ----


def calibration() -> float:
    """CPU seconds of a fixed piece of work in pure Python and zlib: what makes machines comparable."""
    start = process_time()
    sum(number * number % 7 for number in range(5_000_000))
    zlib.compress(bytes(range(256)) * 40_000, 9)
    return process_time() - start


ROWS = (
    ("ours", ours), ("ours, as editions", editions), ("nothing changed", editions), ("WeasyPrint", weasyprint),
    ("Chromium, open", chromium), (f"ours, {MANY} boards", many),
)  # fmt: skip


def compare(data: Path) -> None:
    folder, base = data / "bench", None
    folder.mkdir()
    subprocess.run([sys.executable, str(HERE), "county", str(folder)], check=True)  # noqa: S603 - ourselves
    print(f"{BOARDS} boards of {PEOPLE} photos {PHOTO[0]}×{PHOTO[1]} at {SIZE}; calibration {calibration():.2f} s")
    print(f"{'':20}{'CPU s':>7}{'start':>7}{'clock':>7}{'MiB':>6}{'MB':>7}{'× ours':>8}  names, telephones not whole")
    for words, engine in ROWS:
        out = data / words.replace(" ", "-")
        cost = run_measured(engine.__name__, folder, out)
        if isinstance(cost, str):
            print(f"{words:20}not measured: {cost}", flush=True)
            continue
        base = base or cost.drawing
        figures = f"{cost.cpu:7.1f}{cost.start:7.1f}{cost.clock:7.1f}{cost.memory:6.0f}{cost.output:7.1f}{cost.drawing / base:8.1f}"
        print(f"{words:20}{figures}  {faults_in(out, folder) if engine is not many else ''}", flush=True)
        shutil.rmtree(out)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as name:
        os.environ["DATA_DIR"] = name
        compare(Path(name))


def one_step(name: str, folder: Path, *out: Path) -> None:
    """What this process was started for: drawing up the county, or one engine."""
    import django

    django.setup()
    {step.__name__: step for step in (county, *(engine for _words, engine in ROWS))}[name](folder, *out)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "julu_liaison.settings")
    if len(sys.argv) > 1:
        one_step(sys.argv[1], *map(Path, sys.argv[2:]))
    else:
        main()
