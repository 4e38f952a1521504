from django.urls import path

from webhooks import api

urlpatterns = [
    path("webhook_endpoints", api.Endpoints.as_view()),
    path("webhook_endpoints/<str:id>", api.OneEndpoint.as_view()),
    path("webhook_endpoints/<str:id>/secret", api.EndpointSecret.as_view()),
    path("webhook_endpoints/<str:id>/test", api.TestEndpoint.as_view()),
    path("webhook_endpoints/<str:id>/replay", api.ReplayEndpoint.as_view()),
    path("webhook_deliveries", api.Deliveries.as_view()),
    path("webhook_deliveries/<str:id>", api.OneDelivery.as_view()),
    path("webhook_deliveries/<str:id>/replay", api.ReplayDelivery.as_view()),
]
