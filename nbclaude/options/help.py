"""The help page of `%claude`, with its options as the table of settings has them."""

from __future__ import annotations

from nbclaude.settings.table import OPTIONS

__all__ = ["help_page"]


def help_page() -> str:
    """Write the help page that `%claude?` shows."""
    width = max(len(option.usage) for option in OPTIONS)
    lines = [f"  {option.usage:<{width}}  {option.help}" for option in OPTIONS]
    return _HELP.format(options="\n".join(lines))


_HELP = """Ask Claude; the answer streams into the output area as rendered Markdown.

  %claude [options] prompt      in one line
  %%claude [options]            the cell below is the prompt
  %claude                       opens the panel; in a terminal it prints the settings

{{name}} in the prompt sends a variable along: {{x}}, {{df}}, {{df:schema}}, {{df:head 20}}, {{fig}}, {{Out[3]}}, {{f(3)}}.
In a function it is the function's variable. reply = %claude ... assigns the reply; in a function --into cannot.
Everything else goes as you wrote it: other braces, quotes, backslashes, $x and a question mark need no care.
A prompt that begins with a dash goes after `--`. Tab completes options, also those of verbs, their values, and names in braces.

Options
{options}

The conversation follows the notebook. A turn belongs to the cell that asked: run the cell again, and the new turn takes
the old one's place, asked with what came before it; turns of later cells stay. Delete the cell, and its turn goes.

  %claude_history   the turns           %claude_undo    take back the last change
  %claude_reset     forget all turns    %claude_demo    a demo model inside the kernel, no key needed
  %claude_continue  go on with an answer that was cut short
  %claude_tool_result VALUE             answer a tool call of the model, and go on
  %claude_insert [N|all]                put code of the last answer into new cells below
  %claude_save_steps                    write what tools did for the last answer as cells below
  %claude_figures   the figures that cells have shown, with their numbers for --fig
  %claude_models    the models, what each takes and costs
  %claude_usage     tokens and dollars  %claude_budget  stop at so many dollars
  %claude_connect   another server      %claude_login   store a key, without writing it into the notebook

The reply is in _claude: .text, .code, .json, .data, .tool_calls, .thinking, .citations, .usage, .cost, .stop_reason,
.model, .request_id, .message, .request.

Settings for every ask: %config ClaudeMagics shows them all, for example
  %config ClaudeMagics.model = "claude-opus-5-5"
The key is read from the environment variable ANTHROPIC_API_KEY, or from what %claude_login has stored.
"""
