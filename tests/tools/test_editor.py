"""The built-in tool `editor`: its commands, the difference that the user sees, and the folder that it does not leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbclaude.tools.editor import Editor, editor_tool
from nbclaude.tools.running import ToolFailedError

TEXT = "import math\n\n\ndef area(r):\n    return math.pi * r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shapes.py").write_text(TEXT)
    (tmp_path / "secret.txt").write_text("outside")
    return folder


def run(folder: Path, command: str, path: str, **given: Any) -> str:
    return Editor(folder).run(command, {**given, "path": path})


def test_files_and_folders_are_viewed(folder: Path) -> None:
    assert (
        run(folder, "view", "shapes.py", view_range=[4, -1]) == "4: def area(r):\n5:     return math.pi * r"
    )
    (folder / "data").mkdir()
    assert run(folder, "view", str(folder)) == "data/\nshapes.py"
    assert run(folder, "view", "data") == "(an empty folder)"


def test_a_file_is_changed_and_the_change_undone(folder: Path) -> None:
    editor = Editor(folder)
    (folder / "shapes.py").chmod(0o755)
    said = editor.run("str_replace", {"path": "shapes.py", "old_str": "pi * r", "new_str": "pi * r**2"})
    assert said == "Changed:\n2: \n3: \n4: def area(r):\n5:     return math.pi * r**2"
    assert (folder / "shapes.py").stat().st_mode & 0o777 == 0o755
    said = editor.run("insert", {"path": "shapes.py", "insert_line": 1, "insert_text": "import cmath"})
    assert (folder / "shapes.py").read_text().startswith("import math\nimport cmath\n\n")
    assert "2: import cmath" in said
    editor.run("create", {"path": "new/deep.txt", "file_text": "x"})
    assert (
        editor.run(
            "undo_edit",
            {
                "path": "new/deep.txt",
            },
        )
        == "Removed new/deep.txt, which this tool had created."
    )
    for _ in range(2):
        editor.run("undo_edit", {"path": "shapes.py"})
    assert (folder / "shapes.py").read_text() == TEXT
    assert sorted(each.name for each in folder.iterdir()) == ["new", "shapes.py"]


def test_line_ends_of_windows_stay(folder: Path) -> None:
    (folder / "w.txt").write_bytes(b"a\r\nb\r\n")
    run(folder, "str_replace", "w.txt", old_str="b", new_str="c")
    assert (folder / "w.txt").read_bytes() == b"a\r\nc\r\n"


@pytest.mark.parametrize(
    ("command", "path", "given", "message"),
    [
        ("view", "nothing.py", {}, "There is no file nothing.py"),
        (
            "view",
            "shapes.py",
            {"view_range": [9, 12]},
            r"The file has 5 lines; view_range \[9, 12\] covers none",
        ),
        ("view", "shapes.py", {"view_range": [1]}, "view_range takes two numbers"),
        ("str_replace", "shapes.py", {"old_str": "math", "new_str": "m"}, "occurs 2 times in shapes.py"),
        ("str_replace", "shapes.py", {"old_str": "nothing"}, "old_str does not occur in shapes.py"),
        ("str_replace", "shapes.py", {"old_str": ""}, "does not occur"),
        ("str_replace", "shapes.py", {"new_str": "x"}, "old_str is missing"),
        ("insert", "shapes.py", {"insert_line": 99, "insert_text": "x"}, "from 0 to 5; it is 99"),
        ("delete", "shapes.py", {}, "There is no command delete"),
        ("undo_edit", "shapes.py", {}, "was not changed by this tool"),
        ("create", "data\0", {"file_text": "x"}, "cannot contain a NUL"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    folder: Path, command: str, path: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ToolFailedError, match=message):
        run(folder, command, path, **given)
    assert (folder / "shapes.py").read_text() == TEXT


def test_a_link_that_appears_in_between_is_replaced_and_not_followed(folder: Path) -> None:
    editor = Editor(folder)
    file = editor.inside("shapes.py")
    file.unlink()
    file.symlink_to(folder.parent / "secret.txt")
    editor._write(file, "new")
    assert (folder.parent / "secret.txt").read_text() == "outside"
    assert not (folder / "shapes.py").is_symlink()
    file.unlink()
    file.symlink_to(folder.parent / "secret.txt")
    with pytest.raises(ToolFailedError, match=r"shapes\.py cannot be read"):
        editor._read(file)


def test_the_user_sees_the_difference_before_saying_yes(folder: Path) -> None:
    tool = editor_tool(folder)
    assert tool.definition == {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}
    assert tool.preview is not None
    change = {"command": "str_replace", "path": "shapes.py", "old_str": "pi * r", "new_str": "pi * r**2"}
    assert tool.preview(change).splitlines()[:2] == ["--- shapes.py", "+++ shapes.py"]
    assert "-    return math.pi * r\n+    return math.pi * r**2" in tool.preview(change)
    new = tool.preview({"command": "create", "path": "a.txt", "file_text": "one\ntwo"})
    assert new == "--- (new)\n+++ a.txt\n@@ -0,0 +1,2 @@\n+one\n+two"
    assert tool.preview({"command": "view", "path": "shapes.py"}) == ""
    assert tool.preview({"command": "create", "path": "../x", "file_text": "x"}) == ""
    assert tool.preview({"command": "insert", "path": "shapes.py", "insert_line": None}) == ""
    assert (folder / "shapes.py").read_text() == TEXT
