"""The simulator's rules, streams and demo model; its referees are `http.client` and the official SDK."""
