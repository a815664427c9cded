"""The handbook speaks of what there is: its pictures, the buttons it names, the pages it explains."""

import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from julu_liaison.frame import SECTIONS_OF
from julu_liaison.handbook import FOLDER, NAMED, PART_OF, PICTURES, TITLES, help_for, read_part

TEXTS = {slug: (FOLDER / f"{slug}.md").read_text() for slug in TITLES}
SHOWN = re.compile(r"!\[(?P<says>[^\]]*)\]\(images/(?P<name>[\w-]+\.png)\)")
BUTTON = re.compile(r"【(?P<words>[^】]+)】")
WRITTEN_IN = ("*.html", "*.py", "*.js")


def pages_named(slug):
    return [page for found in NAMED.finditer(TEXTS[slug]) for page in found["pages"].split()]


def test_every_picture_is_shown_and_every_one_shown_is_there():
    shown = [found["name"] for text in TEXTS.values() for found in SHOWN.finditer(text)]
    assert set(shown) == set(json.loads((PICTURES / "pictures.json").read_text()))
    assert set(shown) == {path.name for path in PICTURES.glob("*.png")}
    assert all(found["says"] for text in TEXTS.values() for found in SHOWN.finditer(text))


def test_every_picture_is_taken_by_a_test():
    tests = "".join(path.read_text() for path in (settings.BASE_DIR / "tests" / "browser").glob("test_handbook*.py"))
    missing = [name for name in json.loads((PICTURES / "pictures.json").read_text()) if f'"{name}"' not in tests]
    assert missing == []


@pytest.mark.parametrize("slug", TITLES)
def test_every_button_that_it_names_is_in_the_program(slug):
    """Word for word, as the reader looks for it on the screen."""
    folders = ("templates", "julu_liaison", "stations", "deputies", "activities", "opinions", "scoring", "static")
    program = "\n".join(
        path.read_text()
        for folder in folders
        for pattern in WRITTEN_IN
        for path in (settings.BASE_DIR / folder).rglob(pattern)
    )
    named = {found["words"] for found in BUTTON.finditer(TEXTS[slug])}
    assert named
    assert sorted(words for words in named if words not in program) == []


@pytest.mark.parametrize(("kind", "slug"), PART_OF.items())
def test_every_page_of_the_navigation_is_explained(kind, slug):
    pages = {page for _label, pages in SECTIONS_OF[kind] for _name, page in pages}
    assert sorted(pages - set(pages_named(slug))) == []


@pytest.mark.parametrize("slug", TITLES)
def test_a_page_is_explained_once_and_exists(slug):
    named = pages_named(slug)
    assert len(named) == len(set(named))
    anchors = [found["anchor"] for found in NAMED.finditer(TEXTS[slug])]
    assert len(anchors) == len(set(anchors)) == TEXTS[slug].count("\n## ") + TEXTS[slug].startswith("## ")


def test_the_frame_leads_to_what_is_said_about_the_page():
    assert help_for("clerk", "sunday") == reverse("handbook-part", args=["clerk"]) + "#sunday"
    assert help_for("clerk", "no-such-page") == reverse("handbook-part", args=["clerk"])
    assert help_for("", "login") == reverse("handbook")


@pytest.mark.django_db
def test_open_to_everybody_and_one_s_own_part_marked(client, cast):
    assert client.get("/handbook/clerk/").status_code == 200
    assert client.get("/handbook/mayor/").status_code == 404
    assert "您的一册" not in client.get("/handbook/").text
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    own = client.get("/handbook/").text
    assert re.search(r'href="/handbook/clerk/"><span class="grow">联络站工作人员</span><span class="tag tag-todo">您的一册', own)
    assert 'href="/handbook/clerk/#sunday">手册' in client.get("/station/sunday/", follow=True).text


@pytest.mark.parametrize("slug", TITLES)
def test_contents_are_its_headings(slug):
    part = read_part(slug)
    assert [section.anchor for section in part.sections] == [found["anchor"] for found in NAMED.finditer(TEXTS[slug])]
    assert "pages=" not in part.html and "images/" not in part.html
