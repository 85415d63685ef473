"""Shows an answer on pages, each an output that is updated in place until the next one begins.

An open page is sent as HTML alone, a closed one as HTML, Markdown and plain text, which is what a notebook keeps.
Painting is throttled by what it costs, here and in the browser; what arrives in between is shown at the next painting.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nbclaude import stopping
from nbclaude.cleaning import excerpt, printable
from nbclaude.output.bundles import print_text
from nbclaude.output.bursts import Bursts
from nbclaude.output.countdown import Countdown
from nbclaude.output.early import EarlySign
from nbclaude.output.marks import Saves, Shown, marked, marked_open
from nbclaude.output.rests import Rests
from nbclaude.output.sheets import Sheets
from nbclaude.output.updates import publish
from nbclaude.wire.events import Event
from nbclaude.wire.joining import runs

if TYPE_CHECKING:
    from nbclaude.render.footer import Footer
    from nbclaude.render.listing import Listing
    from nbclaude.render.page_images import PageImage
    from nbclaude.render.reply import ReplyRenderer

__all__ = ["ASKING", "PagesDisplay", "listing_bundle"]

MIN_INTERVAL = 1 / 15  # seconds between two paintings: smooth to read
LATER_INTERVAL = 1 / 7  # from the second page on, when the reader has started reading
_LONGEST_FEED = 0.1  # seconds for which blocks end one after the other before somebody looks for a stop
CATCH_UP = 0.5  # seconds after which a long block is drawn again, however little it has grown

# The plain text of what is shown first, for front ends that show nothing else and never update it.
ASKING = "Asking Claude …"
_MAX_REPORT = 200  # characters
_SHOWN_AGAIN = 2  # outputs at the most: a page, and its ending
_GOES_ON = "(the answer goes on)"


def listing_bundle(listing: Listing) -> dict[str, str]:
    """Return a listing as an output: HTML with its own style, and plain text."""
    from nbclaude.render.style import STYLE

    html = f'<div class="nbclaude"><style>{STYLE}{listing.style}</style>{listing.html}</div>'
    return {"text/html": html, "text/plain": listing.text}


class PagesDisplay:
    """An answer on pages: one output each, updated in place by its display id.

    `advice` tells readers of a front end that shows no updates where the answer is. `is_alone` tells whether the cell's output
    shows nothing else: then it may be cleared. An early `sign` is taken over: the answer appears in its place. A `listing`
    stands above it, which its text can refer to. With `marks` each page says in its metadata of which `answer` it is.
    It is not `watched` where a program executes the notebook.
    """

    def __init__(
        self,
        publisher: Any,
        language: str = "",
        macros: frozenset[str] = frozenset(),
        *,
        advice: str = "",
        is_alone: Callable[[], bool] = lambda: False,
        sign: EarlySign | None = None,
        listing: Listing | None = None,
        marks: bool = False,
        answer: str = "",
        sheets: Sheets | None = None,
        watched: bool = True,
    ) -> None:
        self._publisher = publisher
        self._watched = watched
        self._sheets = sheets or Sheets(publisher, apart=False)
        self._marks = marks
        self._markdown: dict[int, str] = {}
        self._listing = listing
        self._first = 0 if listing is None else 1  # the output of the first page: a listing stands above it
        self._macros = macros
        self._advice = advice
        self._is_alone = is_alone
        self._language = language
        self._sign = sign
        self._id = sign.id if sign is not None else f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._answer = answer or self._id.removeprefix("nbclaude-")
        self._renderer: ReplyRenderer | None = None
        self._shown = 0
        self._has_words = False
        self._last: PageImage | None = None  # the page that was shown last
        self._waiting: list[tuple[Event, float]] = []
        self._due = 0.0
        self._rests = Rests()
        self._caught_up = 0.0
        self._countdown: Countdown | None = None
        self._reports = Bursts()

    def begin(self) -> None:
        """Show the waiting sign; the renderer loads afterwards, so that nobody waits for the sign."""
        if self._sign is not None and self._sign.take_over():
            self._shown = 1
        self._show_listing()
        self._show_sign()

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""
        now = time.monotonic()
        self._waiting += [(event, now) for event in events]
        if self._countdown is not None:
            self._count_down(now)
        if now < self._due or not (self._waiting or (self._is_behind and now >= self._caught_up + CATCH_UP)):
            return
        cost, size = self._paint(now)
        if size:
            # Counted from when painting began: the rhythm is that of the interval, not of interval and cost.
            interval = MIN_INTERVAL if self._shown == self._first + 1 else LATER_INTERVAL
            self._due = now + max(interval, self._rests.after(now, cost, size))

    def pause(self) -> float | None:
        """Seconds until something must be painted; None when everything has been."""
        now = time.monotonic()
        if self._waiting:
            return max(0.0, self._due - now)
        if self._is_behind:
            return max(0.0, max(self._due, self._caught_up + CATCH_UP) - now)
        return max(0.0, self._countdown.next_tick - now) if self._countdown is not None else None

    def expect(self) -> None:
        """Show the waiting sign below what has arrived; whatever is painted next takes its place."""
        self._expect()

    def _expect(self, text: str = "") -> None:
        from nbclaude.render.style import sign_html

        self.settle()
        last = self._last
        if last is None or last.closed:
            self._show_sign(text, number=0 if last is None else last.number + 1)
        else:
            sign = f'<div class="nbclaude">{sign_html(text)}</div>'
            self._publish(
                last.number + self._first, {"text/html": f"{last.html}{sign}"}, marked_open(self._id)
            )

    def wait(self, reason: str, seconds: float) -> None:
        """Count down in the place of the waiting sign. Where words are shown already, they stay alone."""
        if not self._has_words:
            now = time.monotonic()
            self._countdown = Countdown(reason, now + seconds)
            self._count_down(now)

    def hold(self, reason: str) -> None:
        """Show beside the waiting sign what must end first."""
        self._show_sign(reason)

    def settle(self, *, below: bool = False) -> None:
        """Paint all that has come; with `below` the page ends here, and what follows begins the next."""
        self._countdown = None
        self._feed()
        while self._waiting:
            self._paint(math.inf)
        renderer = self._ready()
        for page in renderer.break_page() if below else renderer.changes(catch_up=True):
            self._show_page(page)
        self._due = 0.0

    def report(self, text: str) -> None:
        """Say beside the waiting sign how far a tool has come; of very many messages, some are left out.

        Where nobody watches, or outputs are not updated, all of them are printed.
        """
        if not self._watched:
            self.settle(below=True)
            print_text(text)
            return
        if self._reports.may_show(time.monotonic()):
            self._expect(excerpt(text, _MAX_REPORT))

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Paint all that is left, and the footer; the last output carries what `saves` makes."""
        self._countdown = None
        pages = self._ready().close(self._caught_up_for(footer))
        shown = self._shown - self._first
        if shown <= len(pages) <= _SHOWN_AGAIN and pages[0].number == 0 and self._is_alone():
            # Its output may have been cleared by hand, and an update would go nowhere: put the answer in the place of whatever
            # there is. More pages are left as they are, for the sake of what has been opened or selected in them.
            self._publisher.clear_output(wait=True)
            self._sheets.forget()
            self._shown = 0
            self._show_listing()
        for page in pages:
            self._show_page(page, saves if page is pages[-1] else None)

    def abandon(self) -> None:
        """Take the waiting sign away."""
        self._countdown = None
        if self._is_alone():
            self._publisher.clear_output(wait=True)
        else:
            for number in range(self._first + 1):
                self._publish(number, {"text/html": "", "text/plain": ""})

    def _count_down(self, now: float) -> None:
        """Show the seconds that are left; at the end, or when an event has come, the plain sign again."""
        countdown = self._countdown
        if countdown is None or (not self._waiting and now < countdown.next_tick):
            return
        text = "" if self._waiting else countdown.text(now)
        if not text:
            self._countdown = None
        self._show_sign(text)

    def _show_listing(self) -> None:
        if self._listing is not None:
            self._publish(0, listing_bundle(self._listing))

    def _show_sign(self, text: str = "", number: int = 0) -> None:
        from nbclaude.render.style import waiting_html

        said = " ".join(filter(None, (ASKING, self._advice)))
        self._publish(
            self._first + number, {"text/html": waiting_html(text), "text/plain": said}, marked_open(self._id)
        )

    def _paint(self, now: float) -> tuple[float, int]:
        self._feed()
        size = 0
        catch_up = now >= self._caught_up + CATCH_UP
        if catch_up:
            self._caught_up = now
        for page in self._ready().changes(catch_up=catch_up, at_most=1):
            size += page.weight
            self._show_page(page)
        return time.monotonic() - now, size

    @property
    def _is_behind(self) -> bool:
        return self._renderer is not None and self._renderer.is_behind

    def _caught_up_for(self, footer: Footer) -> Footer:
        """Paint by the portion what has come at once, until little is left or somebody has stopped: then it is `hurried`."""
        self._feed()
        while (self._waiting or self._ready().is_far_behind) and not footer.hurried:
            self._paint(math.inf)
            footer = replace(footer, hurried=stopping.is_waiting())
        self._feed(hurried=True)
        return footer

    def _feed(self, *, hurried: bool = False) -> None:
        """Pass on what waits; another block only once what came before it is nearly drawn, unless it is `hurried`.

        What a block ends is rendered at once, so of many blocks only some are passed on.
        """
        renderer = self._ready()
        fed = 0
        began = time.monotonic()
        for event, count in runs(event for event, _at in self._waiting):
            is_late = renderer.is_far_behind or time.monotonic() - began > _LONGEST_FEED
            if is_late and not hurried and renderer.ends_section(event):
                break
            fed += count
            renderer.feed(event, self._waiting[fed - 1][1], hurried=hurried)
        del self._waiting[:fed]

    def _ready(self) -> ReplyRenderer:
        if self._renderer is None:
            self._renderer = self._build_renderer(self._answer)
        return self._renderer

    def _build_renderer(self, document_id: str) -> ReplyRenderer:
        from nbclaude.render.reply import ReplyRenderer

        return ReplyRenderer(document_id, self._language, self._macros, listing=self._listing)

    def _show_page(self, page: PageImage, saves: Saves | None = None) -> None:
        self._has_words = True
        self._last = page
        bundle = {"text/html": page.html}
        metadata: Mapping[str, Any] = marked_open(self._id)
        if page.closed:
            # Consoles print the plain text: no escape sequence may reach a terminal.
            bundle |= {"text/markdown": page.markdown, "text/plain": page.source}
            metadata = self._mark(page, saves)
        elif page.number + self._first >= self._shown:
            bundle["text/plain"] = _GOES_ON
        self._publish(page.number + self._first, bundle, metadata)

    def _mark(self, page: PageImage, saves: Saves | None) -> Mapping[str, Any]:
        """Make the metadata of a closed page."""
        if not self._marks:
            return {}
        self._markdown[page.number] = printable(page.markdown)
        more = saves(Shown(self._answer, self._markdown)) if saves is not None else None
        return marked(self._answer, page.number, more)

    def _publish(
        self, number: int, bundle: Mapping[str, str], metadata: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        display_id = f"{self._id}-{number}"
        update = number < self._shown
        self._shown = max(self._shown, number + 1)
        data = {kind: printable(text) for kind, text in self._sheets.before(bundle).items()}
        publish(self._publisher, data, metadata, display_id, update=update)
