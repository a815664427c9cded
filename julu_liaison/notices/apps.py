from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "julu_liaison.notices"
    label = "notices"
    verbose_name = "通知"
