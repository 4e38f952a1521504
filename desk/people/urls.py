from django.urls import path

from desk.people import (
    invitation_pages,
    joining_pages,
    member_pages,
    opening_pages,
    plan_pages,
    workspace_pages,
)

app_name = "people"

urlpatterns = [
    path("settings/people", member_pages.listed, name="list"),
    path("settings/people/invite", invitation_pages.invite, name="invite"),
    path("settings/people/<uuid:pk>", member_pages.member, name="member"),
    path("settings/people/<uuid:pk>/end", member_pages.end, name="end"),
    path("settings/people/<uuid:pk>/back", member_pages.bring_back, name="bring_back"),
    path("settings/people/<uuid:pk>/available", member_pages.available, name="available"),
    path("settings/people/<uuid:pk>/second-step", member_pages.reset_second_step, name="reset_second_step"),
    path("settings/invitations/<uuid:pk>/again", invitation_pages.send_again, name="send_again"),
    path("settings/invitations/<uuid:pk>/withdraw", invitation_pages.withdraw, name="withdraw"),
    path("settings/plan", plan_pages.plan, name="plan"),
    path("settings/workspace", workspace_pages.own, name="workspace"),
    path("settings/workspace/second-step", workspace_pages.second_step, name="second_step"),
    path("settings/workspace/delete", workspace_pages.delete, name="delete"),
    path("workspaces", workspace_pages.listed, name="workspaces"),
    path("workspaces/switch", workspace_pages.switch, name="switch"),
    path("workspaces/new", opening_pages.open_another, name="open_another"),
    path("join/<str:token>", joining_pages.join, name="join"),
    path("sign-up", opening_pages.sign_up, name="sign_up"),
    path("sign-up/<str:token>", opening_pages.open_with_link, name="open"),
]
