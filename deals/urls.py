from django.urls import path

from deals import landing, next_step, several, stage_pages, verbs, views

app_name = "deals"

urlpatterns = [
    path("board", views.board, name="board"),
    path("board/columns", views.all_columns, name="columns"),
    path("board/columns/<slug:key>", views.column, name="column"),
    path("board/columns/<slug:key>/fold", verbs.fold, name="fold"),
    path("board/cards", landing.cards, name="cards"),
    path("board/mentions/<uuid:contact_pk>", views.mentions, name="mentions"),
    path("board/move", verbs.move, name="move"),
    path("board/several/move", several.move_to, name="move_several"),
    path("board/several/owner", several.owner, name="owner"),
    path("board/several/follow-up", several.follow_up, name="follow_up"),
    path("board/several/delete", several.delete, name="delete_several"),
    path("inbox/<uuid:pk>/next/follow-up-and-move", next_step.follow_up, name="next_follow_up"),
    path("board/deals/new", verbs.new, name="new"),
    path("board/deals/<uuid:pk>", views.deal, name="deal"),
    path("board/deals/<uuid:pk>/move", views.move_to, name="move_to"),
    path("board/deals/<uuid:pk>/change", verbs.change, name="change"),
    path("board/deals/<uuid:pk>/delete", verbs.delete, name="delete"),
    path("settings/stages", stage_pages.listed, name="stages"),
    path("settings/stages/new", stage_pages.new, name="stage_new"),
    path("settings/stages/order", stage_pages.order, name="stage_order"),
    path("settings/stages/<uuid:pk>", stage_pages.change, name="stage_change"),
    path("settings/stages/<uuid:pk>/delete", stage_pages.delete, name="stage_delete"),
]
