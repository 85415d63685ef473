from __future__ import annotations

import ast
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbclaude
from nbclaude.simulator import Simulator

ROOT = Path(nbclaude.__file__).parent

# Every public module and exactly what it offers.
EXPORTS: dict[str, list[str]] = {
    "nbclaude": [
        "CodeBlock",
        "Reply",
        "ToolCall",
        "__version__",
        "ask",
        "load_ipython_extension",
        "unload_ipython_extension",
    ],
    "nbclaude.asking.ask": ["Asking", "keep_reply", "receipt_of_plan", "refuse_keys"],
    "nbclaude.asking.footer": ["footer_of", "spent_of"],
    "nbclaude.asking.gathering": ["Gathered", "gather"],
    "nbclaude.asking.notebook": ["cell_run", "deleted_cells", "is_claude_cell", "only_asks_follow"],
    "nbclaude.client.addresses": ["DEFAULT_BASE_URL", "is_loopback", "normalize_base_url", "server_name"],
    "nbclaude.client.connection": ["Connection", "DEMO_NOTICE", "connect"],
    "nbclaude.client.directory": [
        "ANTHROPIC_KEY_VARIABLES",
        "AUTH_STYLES",
        "BUILT_IN",
        "NamedConnection",
        "connection_of_settings",
        "find_connection",
        "known_connections",
    ],
    "nbclaude.client.endpoints": ["count_tokens", "has_files", "list_models", "upload_file"],
    "nbclaude.client.failures": [
        "error_of_body",
        "error_of_exception",
        "error_of_reply",
        "retry_delay",
        "without_key",
    ],
    "nbclaude.client.keys": [
        "KERNEL_ONLY",
        "REVOKE_URL",
        "forget_key",
        "key_file",
        "key_problem",
        "keyring_problem",
        "store_key",
        "stored_key",
    ],
    "nbclaude.client.lines": ["Line", "close_lines", "give_back", "take_line"],
    "nbclaude.client.relay": ["Relay"],
    "nbclaude.client.stream": ["MessageStream", "RetryWait"],
    "nbclaude.context.tables.arrays": ["describe_array"],
    "nbclaude.context.attachment": ["Attachment", "each_once"],
    "nbclaude.context.references.brace_places": ["belongs_to_what_is_before", "follows_a_sign"],
    "nbclaude.context.images.bundles": ["IMAGE_TYPES", "PLOTLY", "VEGA", "bundle_image"],
    "nbclaude.context.shown.cells": ["CellLog", "CellOutput", "LoggedCell", "context_cells"],
    "nbclaude.context.tables.csv_rows": ["Record", "Rows", "csv_line", "laid_out", "record_line"],
    "nbclaude.context.references.expressions": [
        "evaluate",
        "failures_of",
        "names_existing",
        "parse_expression",
    ],
    "nbclaude.context.tables.extents": [
        "EXACT_CELLS",
        "Extent",
        "arrow_pieces",
        "extent",
        "pieces",
        "present",
    ],
    "nbclaude.context.tables.facts": [
        "CELL_LIMIT",
        "DIGITS",
        "Facts",
        "category_facts",
        "cell_is_cut",
        "cell_text",
        "full_text",
        "missing_text",
        "name_text",
        "number_facts",
        "number_text",
        "range_text",
        "single",
        "told",
        "types_text",
        "values_range",
    ],
    "nbclaude.context.shown.figures": ["FigureLog", "ShownImage", "cell_number", "figure_name", "watch"],
    "nbclaude.context.shown.pending": [
        "open_figures",
        "pending_figures",
        "pending_picture",
        "show_pending",
        "shows_at_end",
    ],
    "nbclaude.context.shown.told": ["told"],
    "nbclaude.context.containers": ["DATA_FAMILIES", "pictures_in", "tables_in"],
    "nbclaude.context.spoken": [
        "no_form",
        "spoken",
        "string_text",
        "text_attachment",
        "type_name",
        "value_text",
    ],
    "nbclaude.context.text_files": ["file_text", "notebook_text"],
    "nbclaude.context.images.matplotlib_figures": ["figures_of", "is_a", "paint_figure"],
    "nbclaude.context.tables.array_facts": ["array_facts"],
    "nbclaude.context.tables.xarrays": ["describe_xarray"],
    "nbclaude.context.tables.queries": ["describe_query"],
    "nbclaude.context.tables.records": ["record_table"],
    "nbclaude.context.tables.pandas_columns": ["column_facts", "cost_of"],
    "nbclaude.context.images.pages": ["paint_page"],
    "nbclaude.context.files": ["MAX_CHARACTERS", "attach_path", "attach_url"],
    "nbclaude.context.tables.frames": ["DATA_FORMATS", "describe_data", "read_format"],
    "nbclaude.context.images.prepared": [
        "ImageLimits",
        "LARGE_IMAGES",
        "PreparedImage",
        "STANDARD_IMAGES",
        "check_amount",
        "check_images",
        "fitted_size",
        "image_size",
        "image_tokens",
        "limits_of",
        "prepare_image",
    ],
    "nbclaude.context.references.inline_values": [
        "INLINE",
        "inline_text",
        "is_format",
        "is_python_format",
        "is_short",
        "python_text",
        "reads_as_number",
    ],
    "nbclaude.context.references.misspellings": ["close_name"],
    "nbclaude.context.tables.pandas_tables": ["pandas_table"],
    "nbclaude.context.images.pictures": ["MOST_PICTURES", "joined", "picture_of", "prepare_shown"],
    "nbclaude.context.images.pixels": [
        "PLENTY",
        "draw",
        "encode",
        "is_transparent",
        "squeeze",
        "tells_of_its_making",
    ],
    "nbclaude.context.tables.plain_tables": ["arrow_table", "rows_table"],
    "nbclaude.context.tables.polars_tables": ["lazy_schema", "polars_table"],
    "nbclaude.context.receipt": ["receipt_of"],
    "nbclaude.context.receipt_parts": [
        "BlockReader",
        "ImageRoom",
        "SourceOf",
        "bounded",
        "compact_json",
        "laid_out",
    ],
    "nbclaude.context.references.replacing": [
        "Expanded",
        "Reference",
        "expand",
        "find_references",
        "read_reference",
    ],
    "nbclaude.context.reprs": ["bounded_repr", "bounded_str", "is_bare"],
    "nbclaude.secrets.assigned": ["assigned_secrets"],
    "nbclaude.secrets.columns": ["aligned_secrets"],
    "nbclaude.secrets.delimited": ["delimited_secrets"],
    "nbclaude.secrets.documents": ["document_secrets"],
    "nbclaude.secrets.escapes": ["Unescaped", "unescaped"],
    "nbclaude.secrets.key_tails": ["key_tails"],
    "nbclaude.secrets.keys": ["Secret", "find_keys"],
    "nbclaude.secrets.lines": ["Lines", "lines_of"],
    "nbclaude.secrets.literals": ["Literal", "closing", "leaves_of", "literal_at"],
    "nbclaude.secrets.masking": ["Finding", "mask", "whole_credentials"],
    "nbclaude.secrets.names": ["Name", "NamedPlace", "is_secret_word", "name_of", "named_places"],
    "nbclaude.secrets.neighbours": ["neighbour_secrets"],
    "nbclaude.secrets.personal": ["PERSONAL_KINDS", "PERSONAL_WORDS", "mask_personal"],
    "nbclaude.secrets.placed": ["described_secrets", "placed_secrets"],
    "nbclaude.secrets.rows": ["row_secrets"],
    "nbclaude.secrets.screen": ["Screen"],
    "nbclaude.secrets.settings_lines": ["BREAK", "SettingsLine", "line_at", "rest_of_line"],
    "nbclaude.secrets.shapes": ["LONGEST", "MIXED", "SHAPES", "SHORTEST", "Shape"],
    "nbclaude.secrets.values": [
        "is_expression",
        "is_password",
        "is_placeholder",
        "is_quantity",
        "is_stand_in",
        "is_token",
        "is_type",
        "looks_secret",
    ],
    "nbclaude.secrets.words": [
        "CREDENTIALS",
        "KEYS",
        "OTHER_TOKENS",
        "OWNERS",
        "PASSWORDS",
        "QUESTIONS",
        "SECRETS",
        "STEMS",
        "STRONG_KEYS",
        "TOKENS",
        "TRAILING",
        "WEAK_KEYS",
    ],
    "nbclaude.context.shown.seen": ["Seen"],
    "nbclaude.context.images.small_copies": ["small_copy"],
    "nbclaude.context.sources": ["describe_exception", "describe_source"],
    "nbclaude.context.tables.table": [
        "Described",
        "Table",
        "describe",
        "is_exact",
        "rows_of",
        "sample_step",
        "schema_of",
    ],
    "nbclaude.context.texts": [
        "DEFAULT_LIMITS",
        "TextLimits",
        "beginning",
        "clip",
        "counted",
        "framed",
        "gap",
        "one_line",
    ],
    "nbclaude.context.tray": ["Tray", "TrayItem"],
    "nbclaude.context.values": [
        "FORMATS",
        "attachment_of",
        "close_format",
        "content_blocks",
        "labelled_blocks",
    ],
    "nbclaude.context.images.vectors": [
        "first_line",
        "paint_bokeh",
        "paint_pdf",
        "paint_plotly",
        "paint_svg",
        "paint_vega",
    ],
    "nbclaude.context.references.verbatim_spans": ["inside", "looks_like_code", "verbatim_spans"],
    "nbclaude.context.shown.watch": ["CellWatch"],
    "nbclaude.conversation.answer_format": ["AnswerFormat", "answer_format"],
    "nbclaude.conversation.caching": ["caching_mode", "with_caching"],
    "nbclaude.conversation.estimate": ["prompt_size", "rough_tokens", "unmeasured_note"],
    "nbclaude.conversation.exchange": ["Audience", "Nobody", "Outcome", "exchange"],
    "nbclaude.conversation.history": [
        "History",
        "Scope",
        "history_of",
        "is_call",
        "open_calls",
        "replayable",
    ],
    "nbclaude.conversation.ledger": ["Budget", "Entry", "Ledger", "Total", "dollars"],
    "nbclaude.conversation.parameters": ["Parameters", "fit_parameters", "why_refused"],
    "nbclaude.conversation.plan": ["Plan", "Refer", "continued", "make_plan"],
    "nbclaude.conversation.question": ["Question"],
    "nbclaude.conversation.repeats": ["without_repeats"],
    "nbclaude.conversation.rounds": ["AnswerRounds"],
    "nbclaude.conversation.screening": ["Screening", "key_in_prompt_message", "screened"],
    "nbclaude.conversation.settings": ["ENVIRONMENT", "Settings", "follow_up_settings", "resolve_settings"],
    "nbclaude.conversation.turns": [
        "CellRun",
        "Change",
        "Conversation",
        "Conversations",
        "MAIN",
        "Turn",
        "excerpt",
    ],
    "nbclaude.conversation.uploads": ["Uploads"],
    "nbclaude.conversation.workspace": ["Workspace", "current_workspace"],
    "nbclaude.errors": [
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AnswerInterrupted",
        "AuthenticationError",
        "BadRequestError",
        "BillingError",
        "BudgetError",
        "ConfigurationError",
        "ConflictError",
        "DeadlineExceededError",
        "IncompleteStreamError",
        "InternalServerError",
        "MissingKeyError",
        "NbclaudeError",
        "NotFoundError",
        "OverloadedError",
        "PermissionDeniedError",
        "RateLimitError",
        "RequestTimeoutError",
        "RequestTooLargeError",
        "UnprocessableEntityError",
        "printable",
        "status_error",
    ],
    "nbclaude.magics": ["FAMILIES", "load", "unload"],
    "nbclaude.magics.accounts": ["AccountMagics"],
    "nbclaude.magics.chat": ["ClaudeMagics"],
    "nbclaude.magics.connect": ["ConnectMagics"],
    "nbclaude.magics.figures": ["FigureMagics"],
    "nbclaude.magics.follow_up": ["FollowUpMagics"],
    "nbclaude.magics.in_cell": ["ask_in_cell", "format_of", "settings_given", "show_plan"],
    "nbclaude.magics.manage": ["ManageMagics"],
    "nbclaude.magics.state": ["state_text"],
    "nbclaude.magics.traits": ["ClaudeTraits"],
    "nbclaude.magics.variables": ["is_variable_name", "system_prompt", "variable"],
    "nbclaude.magics.verbatim": ["ClaudeLine", "load", "protect_cell", "unload"],
    "nbclaude.models.info": ["Identity", "identify", "in_short", "model_info", "retirement_note"],
    "nbclaude.models.names": ["resolve_model"],
    "nbclaude.models.prices": [
        "PRICES_AS_OF",
        "Price",
        "PriceOf",
        "cost",
        "input_cost",
        "output_cost",
        "uncached_cost",
    ],
    "nbclaude.models.server_list": ["model_of_json"],
    "nbclaude.models.table": ["EFFORT_LEVELS", "LINES", "MODELS", "ModelInfo"],
    "nbclaude.options": ["OPTIONS", "Option", "Options", "help_page", "parse_line"],
    "nbclaude.options.line": ["help_page", "parse_line"],
    "nbclaude.options.table": ["OPTIONS", "Option", "Options"],
    "nbclaude.options.values": [
        "SECRET_HEADERS",
        "cells",
        "escaped_text",
        "figure",
        "fraction",
        "header",
        "identifier",
        "json_object",
        "one_of",
        "whole_number",
        "word",
    ],
    "nbclaude.output": [
        "AnswerDisplay",
        "PagesDisplay",
        "TerminalDisplay",
        "is_terminal",
        "open_display",
        "say",
        "show_bundle",
        "show_receipt",
        "show_table",
    ],
    "nbclaude.panel": ["close_panels", "open_panel"],
    "nbclaude.panel.ask_pane": ["AskPane"],
    "nbclaude.panel.attach_pane": ["AttachPane", "Chips"],
    "nbclaude.panel.config_code": ["config_code"],
    "nbclaude.panel.frontend": ["OnAction", "View"],
    "nbclaude.panel.host": [
        "Filling",
        "Host",
        "KEY_REMOVED",
        "LOCK",
        "Traits",
        "note",
        "row",
        "set_note",
        "set_options",
    ],
    "nbclaude.panel.live_answer": ["LiveAnswer"],
    "nbclaude.panel.model_picker": ["ModelPicker"],
    "nbclaude.panel.models": ["Entry", "entries_of", "known_models"],
    "nbclaude.panel.panel": ["Panel"],
    "nbclaude.panel.picture": ["picture_html"],
    "nbclaude.panel.plot_pane": ["PlotPane"],
    "nbclaude.panel.plots": [
        "KINDS",
        "Name",
        "Plot",
        "columns_of",
        "frames_in",
        "is_polars",
        "plot_code",
        "plot_picture",
    ],
    "nbclaude.panel.settings_pane": ["SettingsPane"],
    "nbclaude.panel.thumbnails": ["thumbnail"],
    "nbclaude.panel.transcript": [
        "NOTHING_ASKED",
        "Transcript",
        "attached_blocks",
        "pending_html",
        "question_text",
        "turn_of_key",
    ],
    "nbclaude.render.blocks": ["BlockSection"],
    "nbclaude.render.calls": ["CALL_TYPES", "ToolCall", "is_result"],
    "nbclaude.render.citations": [
        "Citations",
        "Source",
        "citation_mark",
        "citations_plugin",
        "marks_as_text",
    ],
    "nbclaude.render.fragments": [
        "clipped",
        "code_html",
        "fenced_markdown",
        "fold_html",
        "json_html",
        "line_html",
        "text_html",
    ],
    "nbclaude.render.gallery": ["Picture", "gallery_html"],
    "nbclaude.render.highlight": ["CodeHighlighter", "highlight"],
    "nbclaude.render.json_layout": ["JsonLayout", "is_json"],
    "nbclaude.render.links": [
        "escaped_markdown",
        "host_of",
        "is_safe_link",
        "link_html",
        "link_markdown",
        "shortened",
    ],
    "nbclaude.render.markdown": ["build_parser", "code_block_html", "render_markdown"],
    "nbclaude.render.maths": ["maths_plugin"],
    "nbclaude.render.pages": ["MAX_PAGES", "Page", "Part", "page_limit"],
    "nbclaude.render.placing": ["NotePlacer"],
    "nbclaude.render.plain": ["PlainAnswer"],
    "nbclaude.render.receipt": ["Receipt", "ReceiptPart"],
    "nbclaude.render.reply": ["Footer", "PageImage", "ReplyRenderer", "message_html"],
    "nbclaude.render.results": ["error_of", "outcome_of", "result_html"],
    "nbclaude.render.sections": ["CodeSection", "LineSection", "Section", "TextSection"],
    "nbclaude.render.streaming": ["Advance", "MarkdownStream", "SettledBlock"],
    "nbclaude.render.style": ["STYLE", "waiting_html"],
    "nbclaude.render.table": ["table_html", "table_text"],
    "nbclaude.render.thinking": ["REDACTED", "ThinkingSection", "thought_for"],
    "nbclaude.render.unfinished": ["presentable"],
    "nbclaude.reply": ["CodeBlock", "Reply", "ToolCall", "ask"],
    "nbclaude.simulator": [
        "Answer",
        "Block",
        "DEMO_HEADER",
        "DEMO_MODEL_NOTICE",
        "HTTPFault",
        "Headers",
        "MODELS",
        "NATURAL",
        "Pace",
        "RawStream",
        "RecordedRequest",
        "Script",
        "Scripted",
        "SimulatedModel",
        "Simulator",
        "StreamFault",
        "demo_answer",
        "text",
        "thinking",
        "tool_use",
    ],
    "nbclaude.tools.definitions": ["tool_definitions"],
    "nbclaude.tools.results": ["tool_results"],
    "nbclaude.wire.events": [
        "BlockDelta",
        "BlockStart",
        "BlockStop",
        "Event",
        "MessageDelta",
        "MessageStart",
        "MessageStop",
        "Ping",
        "StreamError",
        "UnknownEvent",
        "parse_event",
    ],
    "nbclaude.wire.json_text": ["from_json", "to_json"],
    "nbclaude.wire.message": [
        "MessageBuilder",
        "content_of",
        "events_of_message",
        "prompt_tokens",
        "read_count",
        "stop_reason_of",
        "text_of",
        "token_count",
    ],
    "nbclaude.wire.request": ["MessageRequest", "System", "text_block"],
    "nbclaude.wire.sse": ["EventStreamDecoder", "ServerSentEvent"],
}
# Packages that only hold modules.
WITHOUT_EXPORTS = {
    "nbclaude.asking",
    "nbclaude.client",
    "nbclaude.context",
    "nbclaude.context.images",
    "nbclaude.context.references",
    "nbclaude.secrets",
    "nbclaude.context.shown",
    "nbclaude.context.tables",
    "nbclaude.conversation",
    "nbclaude.models",
    "nbclaude.render",
    "nbclaude.tools",
    "nbclaude.wire",
}


def modules() -> list[str]:
    names = [module.name for module in pkgutil.walk_packages([str(ROOT)], "nbclaude.")]
    return [
        name for name in names if not name.startswith("nbclaude.simulator.") and name not in WITHOUT_EXPORTS
    ]


def test_every_module_is_in_the_table() -> None:
    assert sorted(["nbclaude", *modules()]) == sorted(EXPORTS)


@pytest.mark.parametrize("name", EXPORTS)
def test_exports(name: str) -> None:
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(EXPORTS[name])
    assert len(set(module.__all__)) == len(module.__all__)
    for export in module.__all__:
        assert hasattr(module, export)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    assert docstring.splitlines()[0].rstrip().endswith((".", ":", ",")) or len(docstring.splitlines()) > 1


def run(code: str, **environment: str) -> str:
    """Run Python of its own, warnings as errors; return what it printed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANTHROPIC_", "NBCLAUDE_", "COV"))
    }
    kept = {name: value for name, value in kept.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=kept | environment,
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


HEAVY = [
    "IPython",
    "httpx",
    "ipywidgets",
    "markdown_it",
    "pygments",
    "tenacity",
    "PIL",
    "traitlets",
    "nbclaude.simulator",
    "msgspec",
    "keyring",
    "platformdirs",
    "detect_secrets",
    "pandas",
    "numpy",
    "matplotlib",
]


def imported(code: str) -> set[str]:
    loaded = json.loads(
        run(f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))").splitlines()[-1]
    )
    return {name for name in HEAVY if name in loaded}


@pytest.mark.parametrize(
    "code",
    [
        "import nbclaude",
        "import nbclaude; nbclaude.__version__; dir(nbclaude)",
        "import nbclaude.errors",
        "import nbclaude.wire.message, nbclaude.wire.sse, nbclaude.wire.request",
        "import nbclaude.conversation.turns, nbclaude.conversation.history, nbclaude.conversation.exchange",
        "import nbclaude.client.connection",
        "from nbclaude import load_ipython_extension",
    ],
)
def test_importing_costs_nothing_heavy(code: str) -> None:
    assert imported(code) == set()


def test_the_simulator_needs_neither_httpx_nor_ipython() -> None:
    assert imported("import nbclaude.simulator") <= {"nbclaude.simulator", "PIL"}


def test_the_renderer_needs_neither_httpx_nor_ipython() -> None:
    found = imported("from nbclaude.render.reply import ReplyRenderer")
    assert not found & {"IPython", "httpx", "ipywidgets", "tenacity", "PIL"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        nbclaude.nonsense  # noqa: B018


def test_the_names_of_the_package_are_listed() -> None:
    assert set(nbclaude.__all__) <= set(dir(nbclaude))


def test_it_is_typed() -> None:
    assert (ROOT / "py.typed").exists()


class TestPlainPython:
    """`nbclaude.ask` without a notebook."""

    def test_ask(self, simulator: Simulator) -> None:
        simulator.enqueue("Hello **there**.\n\n```python\nx = 1\n```\n", "Again.")
        printed = run(
            "import sys, nbclaude\n"
            "reply = nbclaude.ask('Hi', system='be brief', max_tokens=50, model='claude-opus-5-5')\n"
            "print([reply.text, list(map(tuple, reply.code)), reply.stop_reason, reply.model, reply.usage != {}])\n"
            "print(nbclaude.ask('more').text)\n"
            "print('IPython' in sys.modules)\n",
            ANTHROPIC_API_KEY="sk-canary",
            ANTHROPIC_BASE_URL=simulator.base_url + "/v1/",
        )
        assert printed.splitlines() == [
            "['Hello **there**.\\n\\n```python\\nx = 1\\n```\\n', [('python', 'x = 1')], 'end_turn', 'claude-opus-5-5', True]",
            "Again.",
            "False",
        ]
        first, second = simulator.message_requests
        assert first.json["system"] == "be brief"
        assert first.json["max_tokens"] == 50
        assert len(second.messages) == 3

    def test_without_a_key(self) -> None:
        printed = run(
            "import nbclaude\ntry:\n    nbclaude.ask('Hi')\nexcept nbclaude.errors.MissingKeyError as error:\n    print(error)\n"
        )
        assert "ANTHROPIC_API_KEY" in printed

    def test_nothing_is_left_when_python_ends(self, simulator: Simulator) -> None:
        simulator.enqueue("Hi.")
        # Unclosed sockets would be warnings, and warnings are errors here.
        run(
            "import gc, nbclaude\nnbclaude.ask('Hi')\ngc.collect()\n",
            ANTHROPIC_API_KEY="sk-canary",
            ANTHROPIC_BASE_URL=simulator.base_url,
            PYTHONDEVMODE="1",
        )
