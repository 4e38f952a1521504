from django.urls import path

from desk import runs, undo

app_name = "desk"

urlpatterns = [
    path("undo/<uuid:pk>", undo.take_back, name="undo"),
    path("runs", runs.listed, name="runs"),
    path("runs/<uuid:pk>", runs.shown, name="run"),
    path("runs/<uuid:pk>/stop", runs.stop, name="run_stop"),
    path("runs/<uuid:pk>/undo", runs.take_back, name="run_undo"),
    path("runs/<uuid:pk>/again", runs.again, name="run_again"),
]
