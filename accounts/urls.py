"""The doors before one is in. allauth's views, each by name: what is not listed here or in `desk.security.urls` is not
there, such as signing in by a code sent by mail, or with an account elsewhere."""

from allauth.account import views
from allauth.mfa.base import views as second_step
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path
from django.views.generic import RedirectView

urlpatterns = [
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/login/second-step/", second_step.authenticate, name="mfa_authenticate"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/inactive/", views.account_inactive, name="account_inactive"),
    # The address is proved before there is an account, so this is not allauth's.
    path("accounts/signup/", RedirectView.as_view(pattern_name="people:sign_up"), name="account_signup"),
    path("accounts/again/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/again/code/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
