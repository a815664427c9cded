"""A select that another one narrows (static/js/narrow.js)."""

from django import forms


class OwnedSelect(forms.Select):
    """Each option says in `data-of` whose it is; `owners` maps the options' values to it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.owners: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-of"] = self.owners.get(str(value), "")
        return option
