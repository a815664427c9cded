from importlib import import_module

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "julu_liaison.common"
    label = "common"
    verbose_name = "公共"

    def ready(self):
        """Runs of scheduled tasks are recorded in every process that may run one."""
        import_module("julu_liaison.common.task_runs")
