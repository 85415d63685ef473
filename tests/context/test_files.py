"""Files and addresses: what each kind becomes, and the way out where it becomes nothing."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nbclaude.context.files import attach_path, attach_url
from nbclaude.context.images.limits import ImageLimits
from nbclaude.errors import ConfigurationError

PDF = b"%PDF-1.4\n1 0 obj << /Type /Pages /Count 2 >>\n2 0 obj << /Type /Page >>\n3 0 obj <</Type/Page/Parent 1>>\n%%EOF"


def source(path: Path, **options: Any) -> dict[str, Any]:
    (block,) = attach_path(path, **options).blocks
    return dict(block["source"])


def test_an_image_becomes_an_image_block(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    Image.new("RGB", (30, 20), "red").save(path)
    attachment = attach_path(path)
    assert attachment.blocks == (
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": "image/png",
                "data": base64.b64encode(path.read_bytes()).decode(),
            },
        },
    )
    assert (attachment.label, attachment.summary, attachment.kind) == ("plot.png", "image 30×20", "image")


def test_an_image_is_prepared_for_the_model(tmp_path: Path) -> None:
    path = tmp_path / "scan.tiff"
    Image.new("L", (3000, 100)).save(path)
    attachment = attach_path(path, ImageLimits(long_edge=300))
    assert attachment.blocks[0]["source"]["media_type"] == "image/png"
    assert attachment.notes == ("downscaled from 3000×100 to 300×10",)


def test_an_svg_is_painted(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    path = tmp_path / "plot.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20"/>')
    assert attach_path(path).summary == "image 100×40"


def test_a_pdf_becomes_a_document(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(PDF)
    attachment = attach_path(path)
    assert attachment.blocks == (
        {
            "type": "document",
            "source": {
                "type": "base64",
                "media_type": "application/pdf",
                "data": base64.b64encode(PDF).decode(),
            },
            "title": "report.pdf",
        },
    )
    assert attachment.summary == "PDF, 2 pages, 1 kB"
    assert attachment.kind == "document"


def test_citations_are_asked_for(tmp_path: Path) -> None:
    pdf, text = tmp_path / "report.pdf", tmp_path / "notes.txt"
    pdf.write_bytes(PDF)
    text.write_text("hello")
    for path in (pdf, text):
        assert attach_path(path, citations=True).blocks[0]["citations"] == {"enabled": True}
        assert "citations" not in attach_path(path).blocks[0]


def test_a_pdf_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("<html>404</html>")
    with pytest.raises(ConfigurationError, match=r"report\.pdf is no PDF"):
        attach_path(path)


def test_a_pdf_is_known_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "download"
    path.write_bytes(PDF)
    assert source(path)["media_type"] == "application/pdf"


def test_a_pdf_too_large_for_a_request_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(PDF + bytes(1_000_000))
    with pytest.raises(ConfigurationError, match=r"book\.pdf: 1\.0 MB are 1\.3 MB on the wire"):
        attach_path(path, ImageLimits(max_request_bytes=1_200_000))


@pytest.mark.parametrize(
    "name", ["data.csv", "script.py", "notes.md", "a.json", "log", "Makefile", "x.unheard"]
)
def test_any_text_becomes_a_document(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("eins\nzwei ☃\n", encoding="utf-8")
    attachment = attach_path(path)
    assert attachment.blocks == (
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "eins\nzwei ☃\n"},
            "title": name,
        },
    )
    assert (attachment.summary, attachment.notes) == ("text, 2 lines", ())


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8-sig", "read as utf-8-sig"),
        ("utf-16", "read as utf-16"),
        ("utf-32", "read as utf-32"),
        ("latin-1", "not UTF-8: read as Windows-1252"),
    ],
)
def test_other_encodings_are_read_and_said(tmp_path: Path, encoding: str, note: str) -> None:
    path = tmp_path / "alt.txt"
    path.write_bytes("Größe: 5\n".encode(encoding))
    attachment = attach_path(path)
    assert attachment.blocks[0]["source"]["data"] == "Größe: 5\n"
    assert attachment.notes == (note,)


@pytest.mark.parametrize(
    ("content", "text", "notes"),
    [
        (b"one line", "one line", ()),
        ("Grüße\n".encode(), "Grüße\n", ()),
        (b"\x1b[31mred\x1b[0m\a bell\b", "\x1b[31mred\x1b[0m\a bell\b", ()),
        (b'\x1e{"a": 1}\n\x1e{"b": 2}\n', '\x1e{"a": 1}\n\x1e{"b": 2}\n', ()),
        (b"DIR\r\n\x1a", "DIR\r\n\x1a", ()),
        (b"a\x01", "a\x01", ()),
        ("Gr\u00f6\u00dfe".encode("latin-1"), "Größe", ("not UTF-8: read as Windows-1252",)),
        ("Größe: 5\n".encode("utf-16-le"), "Größe: 5\n", ("read as utf-16-le",)),
        ("Größe: 5\n".encode("utf-16-be"), "Größe: 5\n", ("read as utf-16-be",)),
    ],
)
def test_a_text_is_known_by_its_content(
    tmp_path: Path, content: bytes, text: str, notes: tuple[str, ...]
) -> None:
    for name in ("README", ".env-example", "data.bin"):
        path = tmp_path / name
        path.write_bytes(content)
        attachment = attach_path(path)
        assert attachment.blocks[0]["source"]["data"] == text
        assert attachment.notes == notes


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)),
        b"\x7fELF\x02\x01\x01\0",
        b"\x1f\x8b\x08\x08" + bytes(range(128, 160)) * 4,
        b"\x80\x04\x95\x0b\x8c\x01\x90\x85",
        b"\x01\x02\x03\x04\x05abc",
        b"\x01\0\x02\0\x03\0\x04\0\x05\0",
    ],
)
def test_what_is_no_text_is_known_by_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "README"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"README is a binary file \(no suffix\)"):
        attach_path(path)


@pytest.mark.parametrize("kind", ["BMP", "AVIF", "PNG", "JPEG", "GIF", "WEBP", "TIFF"])
def test_an_image_is_known_by_its_beginning(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "download"
    Image.new("RGB", (30, 20), "red").save(path, kind)
    assert attach_path(path).summary == "image 30×20"


@pytest.mark.parametrize(
    ("text", "encoding", "note"),
    [
        ("“quoted” — €5, naïve", "cp1252", "not UTF-8: read as Windows-1252"),
        ("Zażółć", "utf-16", "read as utf-16"),
        ("Überhöhte Zölle für Öl\n", "cp1252", "not UTF-8: read as Windows-1252"),
    ],
)
def test_texts_of_windows(tmp_path: Path, text: str, encoding: str, note: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    attachment = attach_path(tmp_path / "a.txt")
    assert attachment.blocks[0]["source"]["data"] == text
    assert attachment.notes == (note,)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет мир, это текст", "cp1251"),
        ("这是中文文本，没有标记", "gbk"),
        ("これは日本語のテキストです。", "shift_jis"),
        ("Καλημέρα κόσμε", "cp1253"),
    ],
)
def test_no_encoding_is_guessed_that_would_send_other_letters(
    tmp_path: Path, text: str, encoding: str
) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding) * 10)
    with pytest.raises(
        ConfigurationError, match=r"^a\.txt: .* its encoding cannot be told\. Read it with open\("
    ):
        attach_path(tmp_path / "a.txt")


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\ntrailer\n<</Root 1 0 R /Encrypt 9 0 R>>\n%%EOF\n")
    with pytest.raises(ConfigurationError, match=r"^a\.pdf is encrypted: .* Print it to a new PDF"):
        attach_path(tmp_path / "a.pdf")


def test_a_photo_of_a_phone_is_known_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a.heic", "a.jpg", "a"):
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
        with pytest.raises(ConfigurationError, match=r"is a HEIC photo, .*: save it as JPEG"):
            attach_path(tmp_path / name)


def test_what_is_not_there_for_other_reasons(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read: File name too long\.$"):
        attach_path(tmp_path / ("n" * 300))
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigurationError, match=r"link is a link to .*gone, which does not exist\.$"):
        attach_path(tmp_path / "link")


def test_a_long_text_is_cut_and_the_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "big.log"
    path.write_text("é" * 300_000, encoding="utf-8")
    attachment = attach_path(path, max_characters=1000)
    note = "cut: the first 1,000 characters of a file of 0.6 MB"
    assert attachment.blocks[0]["source"]["data"] == "é" * 1000 + f"\n[{note}]"
    assert attachment.notes == (note,)
    assert attachment.summary == "text, 1,000 characters"


def test_a_cut_goes_through_no_credential(tmp_path: Path) -> None:
    key = "ghp_" + "abcDEF0123456789ghiJKL0123456789mnoP"
    path = tmp_path / "long.txt"
    path.write_text("x" * 980 + f" {key} and more text")
    attachment = attach_path(path, max_characters=1_000)
    assert key[:10] not in attachment.blocks[0]["source"]["data"]
    assert attachment.summary == "text, 981 characters"
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 1_980 + f" {key} and more text"}
    notebook = tmp_path / "long.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "1", "outputs": [output]}]}))
    assert key[:10] not in attach_path(notebook).blocks[0]["source"]["data"]


def test_a_notebook_is_its_cells(tmp_path: Path) -> None:
    image = {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Figure>"}}
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "text"]},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "2"}},
                image,
                {
                    "output_type": "error",
                    "ename": "ValueError",
                    "evalue": "\x1b[31mno\x1b[0m",
                    "traceback": [],
                },
            ],
        },
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    attachment = attach_path(path)
    assert attachment.blocks[0]["source"]["data"] == (
        "# [1] markdown\n# Title\ntext\n\n# [2] code\n1 + 1\n\n# [2] output\na\nb\n\n# [2] output\n2\n\n"
        "# [2] output\n<Figure>\n\n# [2] output\nValueError: no"
    )
    assert attachment.notes == ("1 image in the outputs left out",)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_broken_notebook_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="is not a notebook"):
        attach_path(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.xlsx", "an Excel workbook.*pandas.read_excel"),
        ("a.parquet", "pandas.read_parquet"),
        ("a.zip", "Unpack it"),
        ("a.docx", "a Word document.*PDF"),
        ("a.xyz", r"a binary file \(.xyz\)"),
        ("a", r"a binary file \(no suffix\)"),
    ],
)
def test_what_no_model_reads_is_named_with_the_way(tmp_path: Path, name: str, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04" + bytes(range(32)) * 4)
    with pytest.raises(ConfigurationError, match=message):
        attach_path(path)


def test_a_broken_image_is_said_by_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_text("not yet downloaded")
    with pytest.raises(ConfigurationError, match=r"photo\.jpg: the image cannot be read"):
        attach_path(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(ConfigurationError, match=r"empty\.txt is empty"):
        attach_path(tmp_path / "empty.txt")


def test_a_missing_file_gets_close_names(tmp_path: Path) -> None:
    (tmp_path / "Report_2024.pdf").write_bytes(PDF)
    (tmp_path / "other.txt").write_text("x")
    with pytest.raises(ConfigurationError, match=r"does not exist.*Did you mean Report_2024\.pdf\?"):
        attach_path(tmp_path / "report_2042.pdf")
    with pytest.raises(ConfigurationError, match=r"there is no directory .*nowhere"):
        attach_path(tmp_path / "nowhere" / "a.txt")


def test_a_directory_is_refused_with_an_example(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ConfigurationError, match=r"is a directory.*a\.txt"):
        attach_path(tmp_path)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="no regular file"):
        attach_path(tmp_path / "pipe")


def test_home_and_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source(Path("~/a.txt"))["data"] == "here"
    monkeypatch.chdir(tmp_path)
    assert attach_path("a.txt").blocks[0]["source"]["data"] == "here"
    assert attach_path("./a.txt").label == "a.txt"


def test_an_image_by_address_is_fetched_by_the_api() -> None:
    attachment = attach_url("https://example.org/figures/a.PNG?size=2")
    assert attachment.blocks == (
        {"type": "image", "source": {"type": "url", "url": "https://example.org/figures/a.PNG?size=2"}},
    )
    assert (attachment.label, attachment.summary, attachment.kind) == (
        "a.PNG",
        "image at example.org",
        "image",
    )


def test_any_address_is_an_image_if_the_user_says_so() -> None:
    assert attach_url("https://example.org/chart", as_image=True).blocks[0]["type"] == "image"


def test_a_pdf_by_address_is_a_document() -> None:
    attachment = attach_url("https://example.org/a.pdf", citations=True)
    assert attachment.blocks == (
        {
            "type": "document",
            "source": {"type": "url", "url": "https://example.org/a.pdf"},
            "title": "a.pdf",
            "citations": {"enabled": True},
        },
    )


@pytest.mark.parametrize(
    "url", ["https://example.org/page.html", "https://example.org/", "https://example.org"]
)
def test_other_addresses_are_refused_with_the_way(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"example\.org.*Download it"):
        attach_url(url)


@pytest.mark.parametrize("url", ["ftp://example.org/a.png", "file:///etc/a.png", "a.png", "https:///a.png"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="no web address"):
        attach_url(url)


def test_an_address_with_a_password_stays_home() -> None:
    with pytest.raises(ConfigurationError, match="password") as caught:
        attach_url("https://me:hunter2@example.org/a.png")
    assert "hunter2" not in str(caught.value)


def test_an_animated_file_tells_the_model(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), color) for color in ("red", "blue")]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    path = tmp_path / "spin.gif"
    path.write_bytes(buffer.getvalue())
    assert attach_path(path).blocks[0] == {"type": "text", "text": "spin.gif: frame 1 of 2"}
