"""The page that checks a release from a stick: one file made of the script, the style and the words beside this module.

`ikm-verify --page FILE` writes it. Nothing in it is fetched from anywhere, and its own policy lets it send nothing.
"""

import json
from importlib.resources import files

from witness.verify.words import table

_PAGE = """<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>Periksa sebuah rilis</title>
<style>
{style}</style>
</head>
<body>
<main>
<div class="bar"><h1 data-say="title"></h1><button type="button" id="language" data-say="other"></button></div>
<p data-say="lead"></p>
<div class="card">
<label for="proof" data-say="proof"></label><input type="file" id="proof" accept=".json,.gz">
<label for="tests" data-say="tests"></label><input type="file" id="tests" accept=".json,.gz">
<label for="policy" data-say="policy"></label><input type="file" id="policy">
<details><summary data-say="more"></summary>
<label for="sheet" data-say="sheet"></label><input type="file" id="sheet" accept=".xlsx">
<label for="rows" data-say="rows"></label><input type="file" id="rows" accept=".json">
</details>
<details><summary data-say="again"></summary>
<label for="kept" data-say="kept"></label><input type="file" id="kept">
</details>
<p class="soft" data-say="forgets"></p>
</div>
<section class="card" id="verdict" aria-live="polite" hidden></section>
</main>
<script type="application/json" id="words">{words}</script>
<script>
{script}</script>
</body>
</html>
"""


def page() -> str:
    """Give the page."""
    here = files("witness.verify")
    words = json.dumps(table(), ensure_ascii=False).replace("<", "\\u003c")
    script = "".join(
        (here / name).read_text(encoding="utf-8") for name in ("page.js", "page_sheet.js", "page_show.js")
    )
    style = (here / "page.css").read_text(encoding="utf-8")
    return _PAGE.format(style=style, words=words, script=script)
