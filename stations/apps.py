from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "站点"


@register
def second_factor_roles_exist(app_configs, **kwargs) -> list[Error]:
    """A misspelt role in TOTP_ROLES would quietly ask nobody for a second factor."""
    from stations.states import Role

    unknown = sorted(set(settings.TOTP_ROLES) - set(Role.values))
    words = f"TOTP_ROLES 里没有这些角色:{'、'.join(unknown)};可用的是 {'、'.join(Role.values)}。"
    return [Error(words, id="stations.E001")] if unknown else []
