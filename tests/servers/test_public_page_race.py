"""Many look at one board at the moment its page has grown old: one of them builds it, nobody waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Lock

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone

from julu_liaison.common import public_pages

pytestmark = pytest.mark.servers

LOOKERS = 8
LONGEST = 30  # seconds, of a machine that is busy


@pytest.fixture
def kept(settings):
    settings.PUBLIC_PAGE_SECONDS = 30
    cache.clear()
    yield
    cache.clear()


def test_one_builds_while_all_others_have_the_old_page(kept, rf, monkeypatch):
    built, lock, others_are_done, start = [], Lock(), Event(), Barrier(LOOKERS)

    @public_pages.public_page()
    def page(request):
        with lock:
            built.append(request)
        if len(built) > 1:
            assert others_are_done.wait(LONGEST), "somebody else waited for the one who builds"
        return HttpResponse(f"第{len(built)}版")

    assert page(rf.get("/b/GT01/")).content.decode() == "第1版"
    later = timezone.now() + timedelta(seconds=31)
    monkeypatch.setattr(public_pages.timezone, "now", lambda: later)
    seen = []

    def look(_number):
        start.wait(LONGEST)
        text = page(rf.get("/b/GT01/")).content.decode()
        with lock:
            seen.append(text)
            if len(seen) == LOOKERS - 1:
                others_are_done.set()

    with ThreadPoolExecutor(LOOKERS) as lookers:
        list(lookers.map(look, range(LOOKERS)))
    assert len(built) == 2 and seen == ["第1版"] * (LOOKERS - 1) + ["第2版"]
    assert page(rf.get("/b/GT01/")).content.decode() == "第2版"
