from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "履职积分"

    def ready(self):
        from scoring import receivers  # noqa: F401 - connecting is the import's purpose
