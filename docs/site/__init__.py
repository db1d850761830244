"""The course as a static site: how it is built (`python -m docs.site`), and how its links are checked."""
