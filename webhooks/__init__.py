"""Telling programs elsewhere what happened: signed deliveries to endpoints that a workspace or a client set up."""
