"""A scheduled task done by a real worker stands on the health page; before that it waits in the queue."""

import time

import pytest
from django.urls import reverse

from julu_liaison.common.models import TaskRun
from stations.tasks import check_tree_nightly
from tests.cast import build_cast
from tests.servers.workers import queue, working  # noqa: F401 - queue is a fixture

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 90  # seconds; a busy machine needs a few of them to start the worker


def test_a_workers_run_is_on_the_page(queue, client, tmp_path):  # noqa: F811
    client.force_login(build_cast().staff, backend="django.contrib.auth.backends.ModelBackend")
    check_tree_nightly.delay()
    assert "有1条在等后台服务来取" in client.get(reverse("health")).text
    assert not TaskRun.objects.exists()
    log = tmp_path / "worker.log"
    with working(queue, log) as process:
        deadline = time.monotonic() + DEADLINE
        while not TaskRun.objects.filter(finished_at__isnull=False).exists():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        page = client.get(reverse("health"))
    task = next(one for one in page.context["health"].tasks if one.name == check_tree_nightly.name)
    assert (task.outcome, task.run.words, task.is_late) == ("做完了", "没有要处理的", False)
    assert task.run.succeeded_at == task.run.finished_at > task.run.started_at
    assert "没有在等的" in page.text and "没有要处理的" in page.text
