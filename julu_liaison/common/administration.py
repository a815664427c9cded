"""What every page of the admin has in common: scope, no deleting, writes through services only."""

from collections.abc import Iterable

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join

from julu_liaison.common.errors import DomainError
from julu_liaison.common.history import changes_of_all


class ServiceForm(forms.ModelForm):
    """Shows, beside the form's own errors, what a service has refused; everything typed stays."""

    refusal: DomainError | ValidationError | None = None

    def clean(self):
        cleaned = super().clean()
        if isinstance(self.refusal, DomainError):
            for name, sentence in (self.refusal.fields or {"": self.refusal.message}).items():
                self.add_error(name if name in self.fields else None, sentence)
        elif self.refusal is not None:
            self.add_error(None, forms.ValidationError(self.refusal.messages))
        return cleaned


class PickInput(forms.TextInput):
    """A text box with the choices as suggestions: the browser's own search, no script (select2 breaks under our CSP)."""

    choices: Iterable = ()

    def render(self, name, value, attrs=None, renderer=None):
        box = super().render(name, value, (attrs or {}) | {"list": f"{name}_choices"}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((label,) for _value, label in self.choices))
        return format_html('{}<datalist id="{}_choices">{}</datalist>', box, name, options)


class PickField(forms.ModelChoiceField):
    """One row of many, picked by name and sent as `code name`; the code alone will do."""

    widget = PickInput

    def __init__(self, queryset, **kwargs):
        super().__init__(queryset, to_field_name="code", empty_label=None, **kwargs)

    def label_from_instance(self, row):
        return f"{row.code} {row}"

    def prepare_value(self, value):
        return self.label_from_instance(value) if isinstance(value, Model) else value

    def to_python(self, value):
        return super().to_python(str(value or "").partition(" ")[0])


class ServiceAdmin(admin.ModelAdmin):
    """A model's pages. `add(request, values)` and `edit(request, row, values)` call the services; a model without
    one of them cannot be added or changed here. `values` are the form's cleaned values, for `edit` the changed ones.
    """

    form = ServiceForm
    actions_on_bottom = False
    list_per_page = 50
    show_full_result_count = False
    add = None
    edit = None
    right = "maintain"  # the named right (stations.states.Right) that adding and changing takes
    pick_fields: tuple[str, ...] = ()  # references to one of hundreds, by name instead of a long select

    # Scope

    def scoped(self, request):
        """Rows this person may see; models without `visible_to` say it here."""
        return self.model._default_manager.visible_to(request.user)

    def get_queryset(self, request):
        rows = self.scoped(request)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if "queryset" not in kwargs:
            kwargs["queryset"] = self.choices_for(db_field, request)
        if db_field.name in self.pick_fields:
            return PickField(kwargs["queryset"], label=db_field.verbose_name, help_text="填姓名,再从提示里选")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # no pop-up windows beside the references
        return field

    def choices_for(self, db_field, request):
        """What a reference may be set to: never more than the person may see."""
        return db_field.remote_field.model._default_manager.visible_to(request.user)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Out of scope and not there are one answer here, too; Django's own is a way back to the index."""
        raise Http404

    def lookup_allowed(self, lookup, value, request=None):
        """Filters of the page only. Django lets an address ask about any column, a password's digest among them, and
        one answer after another spells it out."""
        names = [name if isinstance(name, str) else name[0] for name in self.get_list_filter(request)]
        names += [self.date_hierarchy] if self.date_hierarchy else []
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

    # Permissions

    def may(self, request) -> bool:
        """Add and change; auditors only look."""
        return self.admin_site.may(request, self.right)

    def may_look(self, request) -> bool:
        return self.may(request) or self.admin_site.may(request, "read_audit")

    def has_module_permission(self, request):
        return self.may_look(request)

    def has_view_permission(self, request, obj=None):
        return self.may_look(request)

    def has_add_permission(self, request):
        return self.add is not None and self.may(request)

    def has_change_permission(self, request, obj=None):
        return self.edit is not None and self.may(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_actions(self, request):
        return super().get_actions(request) if self.may(request) else {}

    # History

    def traced(self, row) -> list:
        """Rows whose versions belong on the history page of `row`."""
        return [row]

    def history_view(self, request, object_id, extra_context=None):
        """Who changed what, when, from what to what (变更记录)."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        rows = [one for one in self.traced(row) if hasattr(one, "history")]
        context = self.admin_site.each_context(request) | {
            "title": f"变更记录:{row}", "opts": self.opts, "object": row,
            "changes": changes_of_all(rows), "kept": bool(rows),
        }  # fmt: skip
        return TemplateResponse(request, "admin/history.html", context)

    # Writes

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A service's refusal rolls everything back and comes back as an error of the same form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (DomainError, ValidationError) as error:
            request.refusal = error
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            # The form has changed `obj` already; the service compares with what is stored.
            if values:
                self.edit(request, self.scoped(request).get(pk=obj.pk), values)
            return
        obj.pk = self.add(request, dict(form.cleaned_data)).pk
        obj.refresh_from_db()
