"""Some files under one field of a page's form."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

MOST_BYTES = 40 * 1024 * 1024  # of all files sent at once


class ManyFiles(forms.FileField):
    """`clean` returns a list of uploads, at most `most`; `counted` as a refusal counts them."""

    widget = type("Files", (forms.FileInput,), {"allow_multiple_selected": True})

    def __init__(self, *, most: int, counted: str = "个附件", **options):
        super().__init__(**options)
        self.most, self.counted = most, counted

    def clean(self, data, initial=None) -> list[UploadedFile]:
        """Asked before a byte is read: who may send them at all is decided later."""
        uploads = [super(ManyFiles, self).clean(one, initial) for one in data or [] if one]
        if len(uploads) > self.most:
            raise forms.ValidationError(f"一次最多传{self.most}{self.counted}。")
        if sum(upload.size for upload in uploads) > MOST_BYTES:
            raise forms.ValidationError("附件合起来不能超过40兆,请分几次传。")
        return uploads
