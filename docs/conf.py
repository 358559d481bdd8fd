"""How the documentation is built: offline, warnings are errors."""

from kedut import __version__

project = "kedut"
author = "The kedut contributors"
copyright = "The kedut contributors"
release = version = __version__
language = "en"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"kedut {release}"
html_copy_source = False
html_show_sphinx = False
