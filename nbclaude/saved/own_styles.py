"""The style sheets that nbclaude has ever written into notebooks, by their hashes.

A notebook keeps the style sheets of the version that saved it, and what an unknown style sheet hides cannot be known. So a line
is never removed. If you change a style sheet, make sure that it hides no text of an answer, and add a line; a test says
which line is missing. The line of a sheet that was never released may be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbclaude.render.diff import DIFF_STYLE
from nbclaude.render.listing import LISTING_STYLE, MARKED_LINE
from nbclaude.render.notice import NOTICE_CSS, QUOTED_CSS
from nbclaude.render.sheet import NO_PLACE
from nbclaude.render.style import STYLE
from nbclaude.render.switches import INSTEAD_OF_CODE, PANEL_PICTURE, WITHOUT_WIDGET
from nbclaude.saved.packing import sha256

__all__ = ["CURRENT", "KNOWN", "without_answer_sheet", "without_known"]

CURRENT = (
    STYLE,
    " ".join(NOTICE_CSS.split()),
    " ".join(QUOTED_CSS.split()),
    DIFF_STYLE,
    LISTING_STYLE,
    MARKED_LINE,
    PANEL_PICTURE,
    WITHOUT_WIDGET,
    INSTEAD_OF_CODE,
    NO_PLACE,
)
"""The style sheets of this version, and the parts that they are put together from."""

# SHA-256 -> characters.
KNOWN: Mapping[str, int] = {
    # answers
    "85b20c36cc4a1e17c7789801b706ad0d9008f06a6e3dda8cc9e5d9c1052aaae3": 10_289,  # 2026-11-28
    "e2436d7e72e1b7a72b81d11fee3cb4fb1ac7f7966f36a63b3e52a080a2e8ba39": 10_299,  # 2026-11-28
    "ea06a12fb798d0d732be472cf37538a6f96f722581bd5a39e31e93a57db01e4d": 10_359,  # 2026-11-28
    "3394e91a17b1148c3428a1598fa977ec1bc86604607363b00ca4e9140eea7a54": 11_420,  # 2026-11-29
    "1324915a7987ac8570859dc59f126e34498846ed011f6952e5d581b1020e96a7": 11_469,  # 2026-11-29
    "d402973e56e3454022699724536bdd786ece2d87bbe507e6320687c1eea7c78f": 11_543,  # 2026-11-29
    "184e5ee1bb881696f9219c0ef3e124032e5cbb94779fb13d06314766be744e6e": 11_581,  # 2026-11-29
    "31eaa1289f57d831bf5a8b8eb08ca02b07a4c8a1fe0d122f4dc8577817d33167": 11_726,  # 2026-11-29
    "8614aabc7cc7e972a31606d885e2b75a50e22e83f363c50d396c0611573485b9": 12_051,  # 2026-11-30
    "c6da38e2fce90d724aebdd01eecc6030cda12f51f979822c173e66248cc023dd": 12_060,  # 2026-11-30
    "2a46dc1c98d005b85e0c73f81be2b34521176ac5a05c8809ed92dde3f40c92eb": 12_136,  # 2026-11-30
    "8f290353a56b01ed3d62ead06ebe5ea98a4e72b0508201a80fc0433a557602d4": 12_183,  # 2026-11-30
    "9833fc9d54f3d67f175040118c926dd86cce8e57ff1549b13dcd7cff1e3511aa": 12_189,  # 2026-11-30
    "3278bcb8b17369ffb1355cedf13fb6c32f26c1b811661ecddbb6603391f198f8": 12_221,  # 2026-11-30
    # notices, errors
    "e4b5c4b2ebfd381e3d78076fde86f3dbf880f232c303058000547c1dc42fda71": 1_764,  # 2026-11-28
    "1784069e0847630055bada962d01897473c55b844ea7f80bb6b410a0f389db72": 1_774,  # 2026-11-28
    "ab7ced9816b519f7781fa7026179a71fbdae7b56b5331adbcb5db88059c7dc5d": 1_789,  # 2026-11-29
    "78e7a03951745e09419e37be3ba5ac769318887b01059794e3c9e6edf627dd25": 1_875,  # 2026-11-30
    "53930cc98d3b37b9f6bd45f9fc03a42b8126514646ba7ced6bb3daccbfcac673": 374,  # 2026-11-30
    # diffs
    "3580e203d09faeb46bdd59dc5d4eac2d2bbe3c8e27065fa0ad542a55cd3930a1": 1_077,  # 2026-11-28
    # listings, and a line that is pointed at
    "7526225ccbe365d4fc3d0bc587ea3846663f100893d0daf873d4298e571ddb84": 778,  # 2026-11-29
    "c81b79801ac819b9348a425685b18d74c77a9ecd391262233c6119a0816ccf2b": 770,  # 2026-11-29
    "b93d053c618340cfb4955f1d7e9b2e657545f0f476f7cb1962c711cb943c046f": 101,  # 2026-11-29
    # what replaces another output
    "24add29eaf7350367a935e2b0d783a051f50c848862cafce8259e7b0ec1457c1": 295,  # 2026-11-29
    "5611fce0e809401686d54b9d571ab962c567cea22602e46c2875f176b0d42f3e": 194,  # 2026-11-29
    "ebaaaf106742616fb475a688769ec2351b4950d02485794c5c27e0c5c22de698": 123,  # 2026-11-29
    "da9849264280fc7c2daf5f6dbbbb4f52f0bf65683aac9ecfded9f80c8cd74289": 91,  # 2026-11-29
    "223ea903fe6ff248c203f49b23d13d47e66b723813fd1e175585946999e56f34": 95,  # 2026-11-29
}
_LENGTHS = sorted(set(KNOWN.values()), reverse=True)
_SHEET = re.compile(r"<style>([^<]*)</style>")


def without_answer_sheet(html: str) -> str:
    """Return HTML without the first style sheet in it that is one of ours."""
    for found in _SHEET.finditer(html):
        if not without_known(found[1]):
            return html[: found.start()] + html[found.end() :]
    return html


def without_known(css: str) -> str:
    """Return a style sheet without the sheets of ours that it begins with."""
    css = css.lstrip()
    while css:
        length = next((each for each in _LENGTHS if _is_known(css[:each])), 0)
        if not length:
            return css
        css = css[length:].lstrip()
    return ""


def _is_known(css: str) -> bool:
    return css in CURRENT or sha256(css) in KNOWN
