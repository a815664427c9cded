from django.apps import AppConfig


class OpinionsConfig(AppConfig):
    name = "opinions"
    verbose_name = "意见建议"

    def ready(self):
        from opinions import receivers  # noqa: F401 - connecting is the import's purpose
