from django.urls import path

from webhooks.pages import views

app_name = "webhooks"

_one = "settings/webhooks/<uuid:pk>"

urlpatterns = [
    path("settings/webhooks", views.listed, name="list"),
    path("settings/webhooks/new", views.new, name="new"),
    path(_one, views.shown, name="endpoint"),
    path(f"{_one}/change", views.change, name="change"),
    path(f"{_one}/switch", views.switch, name="switch"),
    path(f"{_one}/delete", views.delete, name="delete"),
    path(f"{_one}/secret", views.secret, name="secret"),
    path(f"{_one}/secret/new", views.renew, name="renew"),
    path(f"{_one}/test", views.try_it, name="test"),
    path(f"{_one}/replay", views.replay_failed, name="replay_failed"),
    path(f"{_one}/deliveries/<uuid:delivery_pk>", views.delivery, name="delivery"),
    path(f"{_one}/deliveries/<uuid:delivery_pk>/replay", views.replay, name="replay"),
]
