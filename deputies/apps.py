from django.apps import AppConfig


class DeputiesConfig(AppConfig):
    name = "deputies"
    verbose_name = "代表"

    def ready(self):
        from deputies import receivers  # noqa: F401 - connecting is the import's purpose
