"""What each model accepts and costs: a dated table, the server's own list, prices and names."""
