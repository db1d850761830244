"""The course's pictures: each SVG lies beside the Python file of the same name that draws it."""
