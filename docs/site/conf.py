"""Sphinx's configuration for the site of the course. Nothing is executed: the outputs stored in the lessons are shown."""

project = "Machine Learning Workflow Automation on AWS"
author = "the authors of the course"
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
# What a notebook may contain beside CommonMark; a heading can be linked to by its text.
myst_enable_extensions = ["smartquotes"]
myst_heading_anchors = 3
nb_execution_mode = "off"
# The source of each page is the repository's, and the search doesn't need a copy.
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

html_theme = "pydata_sphinx_theme"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_theme_options = {
    "logo": {"text": "ML Workflow Automation on AWS"},
    "navbar_center": [],
    "show_prev_next": True,
    "show_nav_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"**": ["sidebar-nav-bs"]}

# Beside a lesson's cells, not beside what they show.
copybutton_selector = "div:not(.output) > div.highlight pre"

linkcheck_timeout = 20
