from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "julu_liaison.accounts"
    label = "accounts"
    verbose_name = "账号"
