from django.contrib.auth.views import LogoutView
from django.urls import path

from julu_liaison.accounts import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("login/code/", views.CodeStep.as_view(), name="login-code"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.password, name="password"),
    path("mode/", views.mode, name="mode"),
    path("account/", views.account, name="account"),
    path("account/sign-out/", views.account_sign_out, name="account-sign-out"),
    path("account/second-factor/", views.second_factor, name="second-factor"),
    path("account/second-factor/begin/", views.second_factor_begin, name="second-factor-begin"),
    path("account/second-factor/codes/", views.second_factor_codes, name="second-factor-codes"),
    path("account/second-factor/off/", views.second_factor_off, name="second-factor-off"),
]
