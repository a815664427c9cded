from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "julu_liaison.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self):
        from julu_liaison.accounts import receivers  # noqa: F401 - connecting is the import's purpose
