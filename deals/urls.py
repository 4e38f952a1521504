from django.urls import path

from deals import verbs, views

app_name = "deals"

urlpatterns = [
    path("board", views.board, name="board"),
    path("board/columns/<slug:key>", views.column, name="column"),
    path("board/mentions/<uuid:contact_pk>", views.mentions, name="mentions"),
    path("board/move", verbs.move, name="move"),
    path("board/deals/new", verbs.new, name="new"),
    path("board/deals/<uuid:pk>", views.deal, name="deal"),
    path("board/deals/<uuid:pk>/move", views.move_to, name="move_to"),
    path("board/deals/<uuid:pk>/change", verbs.change, name="change"),
    path("board/deals/<uuid:pk>/delete", verbs.delete, name="delete"),
]
