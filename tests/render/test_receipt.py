"""How a receipt is laid out."""

from __future__ import annotations

from nbclaude.render.receipt import Receipt, ReceiptPart


def test_many_parts_are_a_list_of_titles() -> None:
    for count, folds in ((8, 0), (9, 9)):
        receipt = Receipt("sent: much", tuple(ReceiptPart(f"figure {n}", "facts") for n in range(count)))
        assert receipt.html.count("<details") == 1 + folds
        assert receipt.fold("would be sent", is_open=True).count("<details") == 1
