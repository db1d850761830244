"""Sphinx's configuration for the site of the course.

Nothing is executed: a page shows the outputs that are stored in its lesson.
"""

project = "Machine Learning Workflow Automation on AWS"
author = "the authors of the course"
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
nb_execution_mode = "off"
# Links lead to headings, as they do where the repository is read.
myst_heading_anchors = 3
# Outputs in Markdown may be tables, as in JupyterLab.
nb_render_markdown_format = "gfm"
# The search needs no copy of each source.
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False

html_theme = "furo"
html_title = "ML Workflow Automation on AWS"
html_static_path = ["site.css", "site.js"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# Beside a lesson's cells, not beside what they show.
copybutton_selector = "div.highlight pre:not(.cell_output *)"

linkcheck_timeout = 20
