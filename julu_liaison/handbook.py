"""The handbook (使用手册): Markdown files of docs/handbook, one a kind of reader, shown beside the pages they explain.

A section's heading names its anchor and the pages that it explains: `## 登记接待日 {#sunday pages="sunday sheet"}`, the
pages by the names of their addresses. Pictures are made by the browser tests (tests/browser/handbook.py).
"""

import json
import re
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

FOLDER = settings.BASE_DIR / "docs" / "handbook"
PICTURES = FOLDER / "images"
TITLES = {
    "clerk": "联络站工作人员",
    "deputy": "代表和站长",
    "department": "承办部门",
    "county": "县人大和审计",
    "administrator": "系统管理",
}
PART_OF = {  # kinds of navigation → part
    "county": "county", "auditor": "county", "administrator": "administrator", "clerk": "clerk",
    "department": "department", "head": "deputy", "deputy": "deputy",
}  # fmt: skip
NAMED = re.compile(r'\{#(?P<anchor>[\w-]+) pages="(?P<pages>[^"]*)"')


class Section(NamedTuple):
    """A heading of the second level."""

    anchor: str
    title: str


class Part(NamedTuple):
    """One reader's part of the handbook, as HTML."""

    slug: str
    title: str
    html: str
    sections: list[Section]


def read_part(slug: str) -> Part:
    """Return the part `slug`, a key of TITLES, as it lies on the disk."""
    path = FOLDER / f"{slug}.md"
    return _drawn(slug, path.stat().st_mtime_ns)


def help_for(kind: str, page: str) -> str:
    """The address of what the handbook says about `page` (the name of its address) for people of this `kind`; of their part
    where no section is about it, of the contents where they have none."""
    slug = PART_OF.get(kind)
    if not slug:
        return reverse("handbook")
    anchor = _pages(slug).get(page)
    return reverse("handbook-part", args=[slug]) + (f"#{anchor}" if anchor else "")


@lru_cache(maxsize=len(TITLES))
def _pages(slug: str) -> dict[str, str]:
    """Which section explains which page."""
    text = (FOLDER / f"{slug}.md").read_text()
    return {page: found["anchor"] for found in NAMED.finditer(text) for page in found["pages"].split()}


@lru_cache(maxsize=len(TITLES))
def _drawn(slug: str, _changed: int) -> Part:
    reader = Markdown(extensions=["tables", "attr_list", "toc", "sane_lists", _Pictures()])
    html = reader.convert((FOLDER / f"{slug}.md").read_text())
    tops = [top for root in reader.toc_tokens for top in (root, *root["children"]) if top["level"] == 2]  # type: ignore[attr-defined]
    return Part(slug, TITLES[slug], html, [Section(top["id"], top["name"]) for top in tops])


class _Pictures(Extension):
    def extendMarkdown(self, md):  # the name is the library's
        md.treeprocessors.register(_Figures(md), "figures", 5)


class _Figures(Treeprocessor):
    """Pictures by their static address, in the size they have, with what they show below; pages of a heading stay in the file."""

    def run(self, root: Element) -> None:
        sizes = json.loads((PICTURES / "pictures.json").read_text())
        for heading in root.iter("h2"):
            heading.attrib.pop("pages", None)
        for table in root.iter("table"):
            table.set("class", "list")
        for paragraph in root.iter("p"):
            picture = paragraph.find("img")
            if picture is not None:
                self._figure(paragraph, picture, sizes)

    @staticmethod
    def _figure(paragraph: Element, picture: Element, sizes: dict) -> None:
        name = picture.get("src", "").removeprefix("images/")
        width, height = sizes[name]["size"]
        paragraph.tag = "figure"
        paragraph.set("class", "phone" if width <= height else "screen")
        picture.set("src", static(f"handbook/{name}"))
        picture.set("width", str(width))
        picture.set("height", str(height))
        picture.set("loading", "lazy")
        SubElement(paragraph, "figcaption").text = picture.get("alt")
