"""Shows an answer piece by piece where outputs cannot be updated: each settled block once, and nothing is ever taken back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import printable
from nbclaude.output.countdown import trying_again
from nbclaude.output.marks import Saves
from nbclaude.output.pages import ASKING, PagesDisplay, listing_bundle
from nbclaude.output.terminal import footer_lines

if TYPE_CHECKING:
    from nbclaude.render.footer import Footer
    from nbclaude.render.page_images import PageImage
    from nbclaude.render.reply import ReplyRenderer

__all__ = ["AppendDisplay"]


class AppendDisplay(PagesDisplay):
    """An answer in pieces that stay as they are: what is still being written is shown when it has settled."""

    _appended = 0  # outputs so far

    def begin(self) -> None:
        """Show in a line that the question is on its way: it stays above the answer, as does the listing."""
        if self._listing is not None:
            self._append(listing_bundle(self._listing))
        self._say(ASKING)

    def expect(self) -> None:
        """Show nothing: what was shown stays as it is."""

    def wait(self, reason: str, seconds: float) -> None:
        """Say why there is another attempt, and when."""
        self._say(f"({trying_again(reason, seconds)})")

    def hold(self, reason: str) -> None:
        """Say what must end first."""
        if reason:
            self._say(f"({reason})")

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Show all that is left, and the footer; the last output carries what `saves` makes."""
        footer = self._caught_up_for(footer)
        *pages, last = self._ready().close(footer)
        for page in pages:
            self._show_page(page)
        self._show_piece(last, "\n".join([last.text.strip("\n"), "", *footer_lines(footer)]), saves)

    def abandon(self) -> None:
        """What has been said stays."""

    def _build_renderer(self, document_id: str) -> ReplyRenderer:
        from nbclaude.render.reply import ReplyRenderer

        return ReplyRenderer(document_id, self._language, self._macros, in_pieces=True, listing=self._listing)

    def _show_page(self, page: PageImage, saves: Saves | None = None) -> None:
        # A page that has been shown stays, even if what came later has given it another meaning.
        if page.closed and page.number >= self._shown:
            self._show_piece(page, page.text, saves)

    def _show_piece(self, page: PageImage, text: str, saves: Saves | None) -> None:
        self._shown = page.number + 1
        bundle = {"text/html": page.html, "text/plain": text}
        if page.markdown.strip():
            bundle["text/markdown"] = page.markdown
        self._append(bundle, self._mark(page, saves))

    def _say(self, line: str) -> None:
        self._append({"text/plain": line})

    def _append(self, bundle: dict[str, str], metadata: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._appended += 1
        # Consoles print the plain text and end the line once more, which sets blocks apart; `jupyter run` does not end it.
        bundle["text/plain"] = printable(bundle["text/plain"]).strip("\n") + "\n"
        # Nobody will update it: the id keeps its pictures out of the figures that cells have shown.
        transient = {"display_id": f"{self._id}-{self._appended}"}
        self._publisher.publish(
            data={kind: printable(text) for kind, text in self._sheets.before(bundle).items()},
            metadata=dict(metadata),
            transient=transient,
        )
