"""How a notice is shown."""

from rest_framework import serializers

from julu_liaison.notices.models import Notice
from julu_liaison.notices.states import Kind


class NoticeRow(serializers.ModelSerializer):
    kind = serializers.ChoiceField(Kind.choices, read_only=True)
    link = serializers.CharField(read_only=True, help_text="网页地址,登录网站以后打开;没有是空的")
    read_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="没读过是 null")

    class Meta:
        model = Notice
        fields = ["kind", "urgent", "text", "link", "created_at", "read_at"]
        read_only_fields = fields


class NoticesRead(serializers.Serializer):
    read = serializers.IntegerField(help_text="其中几条是新的")
