"""MCP servers, whose tools Claude may call: loaded when the first is added, and the SDK only in the thread that needs it."""
