// What the theme leaves undone for readers who don't use a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll('.caption[role="heading"]:not([aria-level])')) {
    caption.setAttribute("aria-level", "2");
  }
  // What can be scrolled must be reachable by keyboard.
  for (const region of document.querySelectorAll("pre, .table-wrapper, .cell_output > .output, .sidebar-scroll, .toc-scroll")) {
    if (region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight) {
      region.tabIndex = 0;
    }
  }
});
