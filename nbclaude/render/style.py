"""The style sheet of an answer and its waiting sign, in the front end's own variables with fallbacks.

JupyterLab drops it when it shows a notebook that is not trusted; the markup alone reads well there too, since
JupyterLab styles headings, lists, tables and code by itself.
"""

from __future__ import annotations

import re

from nbclaude.render.approval import APPROVAL_CSS
from nbclaude.render.notice import NOTICE_CSS
from nbclaude.render.seams import escaped

__all__ = ["STYLE", "THINKING", "sign_html", "waiting_html"]

_CSS = r"""
.nbclaude { --nbclaude-focus: var(--jp-brand-color1, #1976d2); }
.nbclaude-answer > *, .nbclaude-fold, .nbclaude-footer, .nbclaude-callout { max-width: 54em; }
.nbclaude-answer > .table, .nbclaude-answer > .code { max-width: 100%; }
.nbclaude-answer > h1 { max-width: 36em; } .nbclaude-answer > h2 { max-width: 41.5em; }
.nbclaude-answer > h3 { max-width: 48.2em; } .nbclaude-answer > .footnotes { max-width: 60em; }
.nbclaude-answer > .table[dir=rtl] { max-width: 54em; }
.nbclaude :is(a, pre, summary, .table, .math):focus-visible { outline: 2px solid var(--nbclaude-focus); outline-offset: 2px; }
.nbclaude:has(> style), .nbclaude-first { padding-top: .3em; }
.nbclaude > style + .nbclaude-answer > :first-child, .nbclaude-first > .nbclaude-answer:first-child > :first-child
  { margin-top: 0; }
.nbclaude p, .nbclaude ul, .nbclaude ol, .nbclaude blockquote { margin: 0 0 .75em; line-height: inherit; }
.nbclaude li { margin: .2em 0; } .nbclaude.nbclaude ol { list-style-type: decimal; }
.nbclaude li > p { margin: 0 0 .4em; }
.nbclaude li > ul, .nbclaude li > ol { margin: .2em 0; }
.nbclaude h1, .nbclaude h2, .nbclaude h3, .nbclaude h4, .nbclaude h5, .nbclaude h6 { line-height: 1.3; font-weight: 600;
  margin: 1.3em 0 .5em; }
.nbclaude h1 { font-size: 1.5em; } .nbclaude h2 { font-size: 1.3em; } .nbclaude h3 { font-size: 1.12em; }
.nbclaude h4, .nbclaude h5, .nbclaude h6 { font-size: 1em; }
.nbclaude blockquote { border-left: 3px solid var(--jp-border-color1, rgba(127,127,127,.4)); padding: 0 0 0 1em;
  color: var(--nbclaude-quiet); }
.nbclaude-answer :is([dir=auto], [dir=rtl]) { text-align: start; }
.nbclaude [dir=rtl]:is(ul, ol) { padding: 0 2em 0 0; }
.nbclaude blockquote[dir=rtl] { border: 0; border-right: 3px solid var(--nbclaude-edge); padding: 0 1em 0 0; }
.nbclaude code { unicode-bidi: isolate; } .nbclaude pre { direction: ltr; text-align: left; }
.nbclaude .nbclaude-remark { color: inherit; border-color: var(--nbclaude-focus); }
.nbclaude :is(.nbclaude-remark-warning, .nbclaude-remark-caution) { border-color: var(--nbclaude-warn); }
.nbclaude .nbclaude-remark-title { margin: 0 0 .2em; }
.nbclaude a { color: var(--jp-content-link-color, #1976d2); overflow-wrap: anywhere; text-decoration: underline; }
.nbclaude code { font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: .92em; padding: .1em .3em;
  border-radius: 3px; background: rgba(127,127,127,.14); overflow-wrap: anywhere; color: inherit; }
.nbclaude .code { position: relative; margin: 0 0 .9em; border-radius: 6px; background: rgba(127,127,127,.09); }
.nbclaude .code pre { margin: 0; padding: .75em 1em; overflow-x: auto; background: none; line-height: 1.5; border: 0; }
.nbclaude .code code { padding: 0; background: none; white-space: pre; overflow-wrap: normal; font-size: .92em; }
.nbclaude .code[data-language]::before { content: attr(data-language); position: absolute; top: .35em; right: .8em;
  font-size: .78em; color: var(--nbclaude-quiet); pointer-events: none; }
.nbclaude .code[data-language] pre { padding-top: 1.5em; }
.nbclaude .table { overflow-x: auto; margin: 0 0 .9em; container-type: inline-size; }
.nbclaude .table table { margin: 0; border-collapse: collapse; font-size: .95em; table-layout: auto; border: 0;
  width: max-content; }
.nbclaude .table th, .nbclaude .table td { text-align: start; padding: .4em .9em .4em .5em; vertical-align: top;
  max-width: min(30em, 85cqi); white-space: normal; line-height: 1.45; border: 0; overflow-wrap: break-word; min-width: 2.5em; }
.nbclaude .table th { font-weight: 600; border-bottom: 1px solid var(--jp-border-color1, rgba(127,127,127,.4)); }
.nbclaude .table .nbclaude-number { text-align: end; font-variant-numeric: tabular-nums; }
.nbclaude .table tbody tr { background: none; }
.nbclaude .table tbody td { border-bottom: 1px solid var(--jp-border-color2, rgba(127,127,127,.25)); }
.nbclaude .math.display { display: block; overflow: auto hidden; max-width: 100%; margin: .2em 0 .75em; }
.nbclaude .math { overflow-wrap: normal; }
.nbclaude-answer > .math.display { width: fit-content; min-width: min(54em, 100%); }
.nbclaude hr { border: 0; border-top: 1px solid var(--jp-border-color2, rgba(127,127,127,.25)); margin: 1.2em 0; }
.nbclaude .task-list-item { list-style: none; }
.nbclaude .task-list-item-checkbox { width: 1em; height: 1em; vertical-align: -.12em; }
.nbclaude .footnotes, .nbclaude .footnote { font-size: .9em; color: var(--nbclaude-quiet); }
.nbclaude .footnote p { display: inline; }
.nbclaude .footnote-ref a, .nbclaude .footnote-backref { text-decoration: none; }
.nbclaude .k { color: color-mix(in srgb, var(--jp-mirror-editor-keyword-color, #2e8b57) 68%, var(--nbclaude-ink));
  font-weight: 600; }
.nbclaude .a { color: color-mix(in srgb, var(--jp-mirror-editor-atom-color, #6a7de0) 68%, var(--nbclaude-ink)); }
.nbclaude .o { color: color-mix(in srgb, var(--jp-mirror-editor-operator-color, #9a5ed6) 68%, var(--nbclaude-ink)); }
.nbclaude .b { color: color-mix(in srgb, var(--jp-mirror-editor-builtin-color, #2e8b57) 68%, var(--nbclaude-ink)); }
.nbclaude .d { color: color-mix(in srgb, var(--jp-mirror-editor-def-color, #3f7fe0) 68%, var(--nbclaude-ink)); }
.nbclaude .m { color: color-mix(in srgb, var(--jp-mirror-editor-meta-color, #a05bd6) 68%, var(--nbclaude-ink)); }
.nbclaude .t { color: color-mix(in srgb, var(--jp-mirror-editor-tag-color, #388e3c) 68%, var(--nbclaude-ink)); }
.nbclaude .y { color: color-mix(in srgb, var(--jp-mirror-editor-attribute-color, #5a86d8) 68%, var(--nbclaude-ink)); }
.nbclaude .v { color: color-mix(in srgb, var(--jp-mirror-editor-property-color, #4a86c8) 68%, var(--nbclaude-ink)); }
.nbclaude .n { color: color-mix(in srgb, var(--jp-mirror-editor-number-color, #2c9a4b) 68%, var(--nbclaude-ink)); }
.nbclaude .s { color: color-mix(in srgb, var(--jp-mirror-editor-string-color, #cf4a4a) 68%, var(--nbclaude-ink)); }
.nbclaude .c { color: color-mix(in srgb, var(--jp-mirror-editor-comment-color, #408080) 68%, var(--nbclaude-ink));
  font-style: italic; }
.nbclaude .e, .nbclaude .gd { color: color-mix(in srgb, #dc2626 70%, var(--nbclaude-ink)); }
.nbclaude .gi { color: color-mix(in srgb, #15803d 70%, var(--nbclaude-ink)); }
.nbclaude-fold, .nbclaude-line { margin: 0 0 .6em; color: var(--nbclaude-quiet); font-size: .93em; }
.nbclaude-fold summary { cursor: pointer; width: fit-content; border-radius: 4px; line-height: 1.6; overflow-wrap: anywhere; }
.nbclaude-fold summary:hover { color: var(--jp-content-font-color1, inherit); }
.nbclaude-inside { margin: .35em 0 .9em .28em; padding: .1em 0 .1em 1em; max-height: 26em; overflow: auto;
  border-left: 2px solid var(--jp-border-color2, rgba(127,127,127,.25)); }
.nbclaude-inside > :last-child { margin-bottom: .1em; }
.nbclaude-inside > pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .92em; line-height: 1.5; margin: 0 0 .6em;
  padding: 0; background: none; color: inherit; border: 0; }
.nbclaude-inside > ol { margin: 0; padding-left: 1.7em; }
.nbclaude-inside .code { margin-bottom: .6em; }
.nbclaude-thinking .nbclaude-inside { max-height: none; }
.nbclaude-call { color: inherit; }
.nbclaude-call .nbclaude-inside { max-height: none; border: 0; padding-left: 0; margin-left: 0; }
.nbclaude-call .nbclaude-inside .code code, .nbclaude .code[data-language="json"] code { white-space: pre-wrap;
  overflow-wrap: anywhere; word-break: normal; }
.nbclaude-cite { font-size: .72em; line-height: 0; margin-left: .1em; }
.nbclaude-cite a { text-decoration: none; }
.nbclaude-sources { margin: 1.2em 0 .9em; padding-top: .7em; font-size: .9em; line-height: 1.5;
  border-top: 1px solid var(--jp-border-color2, rgba(127,127,127,.25)); }
.nbclaude .nbclaude-sources p { margin: 0 0 .3em; }
.nbclaude .nbclaude-sources ol { margin: 0; padding-left: 1.9em; }
.nbclaude-sources li { margin: .3em 0; }
.nbclaude-where, .nbclaude-excerpt { color: var(--nbclaude-quiet); }
.nbclaude-callout { margin: .8em 0 .3em; padding: .6em .9em; border-radius: 6px; background: rgba(127,127,127,.1);
  border-left: 3px solid var(--jp-warn-color1, #b26a00); font-size: .95em; white-space: pre-line; }
.nbclaude .nbclaude-receipt { margin: .4em 0 0; font-size: .85em; }
.nbclaude-receipt > summary { list-style: none; }
.nbclaude-receipt > summary::-webkit-details-marker { display: none; }
.nbclaude-receipt > summary::after { content: " \25B8"; } .nbclaude-receipt[open] > summary::after { content: " \25BE"; }
.nbclaude-receipt .nbclaude-inside { max-height: none; }
.nbclaude-part { margin: 0 0 .7em; }
.nbclaude-part-title { font-weight: 600; }
.nbclaude .nbclaude-part .nbclaude-part { margin: .4em 0 .5em; }
.nbclaude .nbclaude-part.nbclaude-fold { margin: 0 0 .35em; font-size: 1em; color: inherit; }
.nbclaude-part.nbclaude-fold > .nbclaude-inside { margin-bottom: .6em; }
.nbclaude-part-note { margin: 0 0 .3em; }
.nbclaude .nbclaude-part pre { max-height: 18em; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  word-break: normal; font-size: 1em; line-height: 1.45; margin: .3em 0; padding: .5em .8em; color: inherit; border: 0;
  border-radius: 4px; background: rgba(127,127,127,.09); }
.nbclaude-gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15em), 1fr)); gap: 1.2em;
  align-items: end; }
.nbclaude-tile { margin: 0; font-size: .85em; line-height: 1.5; color: var(--nbclaude-quiet); }
.nbclaude .nbclaude-thumb { display: block; max-width: min(100%, 300px); max-height: 200px; width: auto; height: auto;
  margin: .3em 0; background: #fff; box-sizing: border-box;
  border: 1px solid var(--jp-border-color2, rgba(127,127,127,.25)); border-radius: 3px; }
.nbclaude-footer { font-size: .85em; line-height: 1.5; color: var(--nbclaude-quiet); margin: .5em 0 0; }
.nbclaude-receipt .nbclaude-footer { font-size: 1em; }
.nbclaude-footer strong { font-weight: 600; } .nbclaude-fact { white-space: nowrap; }
.nbclaude-waiting { display: flex; gap: .65em; color: var(--nbclaude-quiet); font-size: .93em; }
.nbclaude-waiting i { flex: none; margin-top: .52em; width: .55em; height: .55em; border-radius: 50%;
  background: var(--nbclaude-focus);  animation: nbclaude-pulse 1.2s ease-in-out infinite; }
@keyframes nbclaude-pulse { 50% { opacity: .25; transform: scale(.8); } }
@media (prefers-reduced-motion: reduce) { .nbclaude-waiting i { animation: none; } }
"""

# For text that runs from right to left. These rules are the newest (see _BEFORE).
_RIGHT_TO_LEFT = r"""
.nbclaude-answer [dir=rtl] > p { text-align: start; }
.nbclaude .task-list-item-checkbox { margin: 0; margin-inline: -1.5em .5em; }
.nbclaude .nbclaude-part pre { unicode-bidi: plaintext; }
.nbclaude .code code span { unicode-bidi: isolate; }
"""

_SPACES_BESIDE = re.compile(r" ?([{};,>]) ?|(:) ")


def _packed(css: str) -> str:
    """Return a style sheet without unneeded spaces: it is sent with every repaint of an answer's first page."""
    # A blank before a colon stays: it may stand between selectors.
    return _SPACES_BESIDE.sub(r"\1\2", " ".join(css.split())).replace(";}", "}")


STYLE = _packed(NOTICE_CSS + APPROVAL_CSS + _CSS + _RIGHT_TO_LEFT)

THINKING = "Claude is thinking…"


def waiting_html(text: str = "") -> str:
    """What stands in the output area from the start of the cell to the first words; `text` tells what is waited for."""
    return f'<div class="nbclaude"><style>{STYLE}</style>{sign_html(text)}</div>'


def sign_html(text: str = "") -> str:
    """Return the waiting sign by itself."""
    return (
        f'<div class="nbclaude-waiting" role="status"><i></i><span>{escaped(text or THINKING)}</span></div>'
    )
