"""allauth's own pages for who is in, each through the door of our pages. Their names are allauth's: it sends people
from one to the other by them."""

from functools import partial

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.decorators.cache import never_cache

from clients.pages import page
from desk.security import views

set_up = partial(page, sets_up_second_step=True)

urlpatterns = [
    path("settings/security", views.overview, name="security"),
    path("settings/security", views.overview, name="mfa_index"),
    path("settings/security", views.overview, name="mfa_list_webauthn"),
    path("settings/security/second-step", views.second_step, name="second_step"),
    path("settings/security/sessions/others", views.end_others, name="security_end_others"),
    path("settings/security/sessions/<int:pk>/end", views.end, name="security_end"),
    path("settings/security/address", views.address, name="security_address"),
    path("accounts/address/<str:token>/", views.confirm, name="address_confirm"),
    path("settings/security/password", page(account.password_change), name="account_change_password"),
    path("settings/security/password/first", page(account.password_set), name="account_set_password"),
    path("settings/security/app/on", set_up(never_cache(totp.activate_totp)), name="mfa_activate_totp"),
    path("settings/security/app/off", page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("settings/security/codes", page(never_cache(codes.view_recovery_codes)), name="mfa_view_recovery_codes"),
    path("settings/security/codes/new", page(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("settings/security/passkeys/new", set_up(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("settings/security/passkeys/<int:pk>/name", page(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("settings/security/passkeys/<int:pk>/remove", page(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]
