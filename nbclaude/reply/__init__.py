"""Asks from plain Python: `nbclaude.ask`, what it takes, and what it says of arguments that are refused."""

from nbclaude.reply.call import CodeBlock, Reply, ToolCall, ask

__all__ = ["CodeBlock", "Reply", "ToolCall", "ask"]
