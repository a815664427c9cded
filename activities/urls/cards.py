"""The address of a station's card, below the handbook it belongs to."""

from django.urls import path

from activities.views import cards

urlpatterns = [
    path("handbook/card/<slug:code>/", cards.clerk_card, name="clerk-card"),
]
