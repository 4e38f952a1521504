"""What a browser keeps from our pages and from whoever would use them, beside the Content-Security-Policy."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# No page uses any of these, and none should be able to after a mistake.
REFUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
POLICY = ", ".join(f"{feature}=()" for feature in REFUSED)


class Isolated(MiddlewareMixin):
    """Sends `Permissions-Policy`, and lets no other site embed an answer as a picture or a script."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
