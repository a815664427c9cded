"""Whether everything runs (运行情况), for those who look after the installation."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from julu_liaison.health import health_of
from stations.querysets import scope_of


@require_safe
@login_required
@never_cache
def health(request):
    if not scope_of(request.user).administered:
        raise NotAllowed("运行情况由县人大办公室和系统管理人员查看。")
    return render(request, "health.html", {"health": health_of(at=timezone.now())})
