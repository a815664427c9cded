"""The first county of an installation and its first administrator come from the machine; all others from them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from julu_liaison.accounts.models import User
from julu_liaison.common.models import AuditLog
from opinions.models import Term
from stations.models import Posting, Station
from stations.states import Level, Role

pytestmark = pytest.mark.django_db
ASKED = ("open_county", "JLX", "巨鹿县", "liuwb", "刘文博")


def test_whoever_it_opens_signs_in_changes_the_password_and_goes_on_in_the_browser(client):
    call_command(*ASKED, stdout=(said := StringIO()))
    county, posting = Station.objects.get(), Posting.objects.get()
    assert (county.level, county.name, county.is_demo) == (Level.CENTRE, "巨鹿县", False)
    assert (posting.user.username, posting.role, posting.station) == ("liuwb", Role.COUNTY_ADMIN, county)
    assert Term.objects.filter(county=county).exists()
    assert {"open_station", "open_account", "appoint"} <= set(AuditLog.objects.values_list("action", flat=True))
    first = {"username": "liuwb", "password": said.getvalue().strip()}
    assert client.post("/login/", first, follow=True).redirect_chain[-1][0].startswith("/password/")
    changed = {"old": first["password"], "new": "Feng-shou-2026", "again": "Feng-shou-2026"}
    assert "今天要办的" in client.post("/password/", changed, follow=True).text


def test_nothing_is_left_of_what_is_refused():
    call_command(*ASKED, stdout=StringIO())
    for words, code, username in (("“JLX”", "JLX", "wang"), ("liuwb", "PXX", "liuwb"), ("编号", "平乡 县", "wang")):
        with pytest.raises(CommandError, match=words):
            call_command("open_county", code, "平乡县", username, "王秀兰", stdout=StringIO())
    assert Station.objects.count() == User.objects.count() == 1
