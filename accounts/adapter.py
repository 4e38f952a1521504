"""How django-allauth behaves here: people sign in; a workspace is opened by invitation or by the operator, not from
outside."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
