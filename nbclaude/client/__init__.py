"""Connections and requests: a `MessageRequest` goes to the API over httpx, its events come back."""
