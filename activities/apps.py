from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "接待与活动"

    def ready(self):
        from activities import receivers  # noqa: F401 - connecting is the import's purpose
