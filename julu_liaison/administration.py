"""The admin as an app: our site instead of Django's, and only our own admin modules."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig

# Not discovered: other packages' admin modules ask for Django's groups and permissions, which we don't have (ADR 4).
MODULES = (
    "stations.admin", "deputies.admin", "opinions.admin", "scoring.admin", "julu_liaison.accounts.admin",
    "julu_liaison.common.admin",
)  # fmt: skip


class AdministrationConfig(SimpleAdminConfig):
    default_site = "julu_liaison.admin_site.LiaisonAdminSite"
    verbose_name = "资料维护"

    def ready(self):
        super().ready()
        for name in MODULES:
            import_module(name)
