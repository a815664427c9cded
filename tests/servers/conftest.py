"""Tests here need the real servers. Without them they fail; `make test` does not collect them at all."""

import os
import threading

import pytest
from django.conf import settings
from django.db import connection, connections

from tests.cast import build_cast
from tests.servers.machine import a_machine, keep_template, pointed_at


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/servers/" in item.path.as_posix():
            item.add_marker(pytest.mark.servers)


@pytest.fixture(autouse=True)
def real_servers(request):
    assert connection.vendor == "postgresql", "set DATABASE_URL to a PostgreSQL server"
    assert os.environ.get("REDIS_URL"), "set REDIS_URL to a Redis server"


@pytest.fixture
def race():
    """Run functions at the same moment, one thread each; return results and exceptions in their order."""

    def run(*functions):
        barrier, outcomes = threading.Barrier(len(functions)), [None] * len(functions)

        def one(index, function):
            barrier.wait()
            try:
                outcomes[index] = function()
            except Exception as error:  # noqa: BLE001 - the outcome of a race is what the test looks at
                outcomes[index] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return outcomes

    return run


@pytest.fixture(scope="session")
def own_machine():
    """One for all tests of faults; they stand in one group, so that one process has it."""
    with a_machine() as machine:
        yield machine


@pytest.fixture
def machine(transactional_db, own_machine, monkeypatch):
    """The machine with the cast's county in a database of the test's own, web and worker running or able to."""
    if own_machine.cast is None:
        own_machine.cast = keep_template(own_machine, build_cast)
    data = own_machine.folder / "data"
    monkeypatch.setattr(settings, "DATA_DIR", data)
    monkeypatch.setattr(settings, "MEDIA_ROOT", data / "media")
    with pointed_at(own_machine):
        own_machine.make_whole()
        yield own_machine
