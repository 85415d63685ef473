"""The files of the front-end extension: one version, blocks become the same cells, all in the wheel and in the sdist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import files
from pathlib import Path

import pytest

import nbclaude
from nbclaude.edits import cell_of_block
from nbclaude.render.markdown import code_block_html

ROOT = Path(nbclaude.__file__).parents[1]
EXTENSION = ROOT / "labextension"
SCRIPTS = sorted((EXTENSION / "js").glob("*.js"))
FILES = {
    *(
        path.relative_to(EXTENSION).as_posix()
        for path in EXTENSION.rglob("*")
        if path.suffix in (".js", ".css")
    ),
    *("package.json", "install.json", "schemas/nbclaude/plugin.json", "js/actions.js", "actions.css"),
    "icon.svg",
}
CLASSES = re.compile(r'class="(code[^"]*)"')
CELLS = [
    ("python", "x = 1\n"),
    ("", "\n\nx\n"),
    ("py", ">>> 1 + 1\n2\n>>> x = [\n... 1]\n"),
    ("{python}", "y"),
    ("bash", "$ ls -l\ntotal 0\n$ pwd\n"),
    ("sh", "ls"),
    ("zsh", "ls"),
    ("SQL", "select 1"),
    ("html", "<b>x</b>"),
    ("r", "x <- 1"),
    ("c++", "int x;"),
    ("latex", "%%latex\nx"),
    ("julia", "x = 1"),
    ("text", "x"),
    ("", ">>> x\n\n>>> y\n"),
    ("console", "$ %%bash\n$ ls\n"),
    ("svg", "\n"),
]


def test_one_version() -> None:
    (line,) = re.findall(
        r'^export const VERSION = "(.+)";$', (EXTENSION / "js/lines.js").read_text("utf-8"), re.M
    )
    assert (
        json.loads((EXTENSION / "package.json").read_text("utf-8"))["version"] == line == nbclaude.__version__
    )


def test_no_folder_that_servers_call_immutable() -> None:
    """A server marks what is in `static` as immutable for a year: an update would not reach users."""
    assert [path for path in EXTENSION.rglob("*") if "static" in path.parts] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on this machine")
def test_blocks_become_the_same_cells_in_the_browser() -> None:
    blocks = [(CLASSES.findall(code_block_html("", tag, code))[0], code) for tag, code in CELLS]
    program = (
        f"const {{ cellOfBlock }} = await import({json.dumps((EXTENSION / 'js/cells.js').as_uri())});"
        f"console.log(JSON.stringify({json.dumps(blocks)}.map(([classes, code]) => cellOfBlock(classes, code))));"
    )
    cells = json.loads(subprocess.check_output(["node", "--input-type=module", "-e", program], text=True))
    assert cells == [cell_of_block(tag, code) for tag, code in CELLS]


@pytest.mark.sweep
def test_wheel_and_sdist_hold_the_files(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = next(archive.read(name).decode() for name in names if name.endswith(".dist-info/RECORD"))
    below = "share/jupyter/labextensions/nbclaude/"
    placed = {name.partition(below)[2] for name in names if below in name}
    assert placed == FILES
    # A file of nbconvert's own must not be overwritten.
    theirs = files("nbconvert") or ()
    templates = {name.partition("share/jupyter/")[2] for name in names if "/nbconvert/templates/" in name}
    assert templates and not templates & {str(each).partition("share/jupyter/")[2] for each in theirs}
    # What is recorded is taken away again when the wheel is uninstalled.
    assert {line.partition(below)[2].split(",")[0] for line in record.splitlines() if below in line} == FILES
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {
            name.partition("/labextension/")[2] for name in archive.getnames() if "/labextension/" in name
        }
    assert held >= FILES - {"js/actions.js", "actions.css"}
