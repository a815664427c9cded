from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "julu_liaison.common"
    label = "common"
    verbose_name = "公共"
