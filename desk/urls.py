from django.urls import path

from desk import runs, undo
from desk.saved import views as saved

app_name = "desk"

urlpatterns = [
    path("undo/<uuid:pk>", undo.take_back, name="undo"),
    path("runs", runs.listed, name="runs"),
    path("runs/<uuid:pk>", runs.shown, name="run"),
    path("runs/<uuid:pk>/stop", runs.stop, name="run_stop"),
    path("runs/<uuid:pk>/undo", runs.take_back, name="run_undo"),
    path("runs/<uuid:pk>/again", runs.again, name="run_again"),
    path("views", saved.arranged, name="views"),
    path("views/<uuid:pk>", saved.opened, name="view"),
    path("views/<uuid:pk>/change", saved.change, name="view_change"),
    path("views/<uuid:pk>/delete", saved.delete, name="view_delete"),
    path("views/<uuid:pk>/pin", saved.pin, name="view_pin"),
    path("views/<uuid:pk>/move", saved.move, name="view_move"),
    path("views/new/<str:room>", saved.new, name="view_new"),
    path("views/counts/<str:room>", saved.counts, name="view_counts"),
]
