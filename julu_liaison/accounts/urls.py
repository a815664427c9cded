from django.contrib.auth.views import LogoutView
from django.urls import path

from julu_liaison.accounts import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.password, name="password"),
    path("mode/", views.mode, name="mode"),
]
