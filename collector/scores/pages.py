"""The public pages: server-rendered, without scripts and without anything from elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show the units with their index of the current period."""
    return render(request, "scores/home.html")
