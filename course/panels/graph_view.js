// The picture keeps its place when it changes; a state that begins to run, or is chosen, is scrolled into sight.

// A picture that is a little too wide is drawn smaller; one that could not be read then is scrolled.
const SMALLEST = 0.75;
const RUNNING = ": in progress";

function boxes(pane) {
  return [...pane.querySelectorAll("g[data-state]")];
}

function reveal(pane, box) {
  const outer = pane.getBoundingClientRect();
  const inner = box.getBoundingClientRect();
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    pane.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  }
  if (inner.left < outer.left || inner.right > outer.right) {
    pane.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
}

function render({ model, el }) {
  const pane = document.createElement("div");
  pane.className = "course-graph";
  pane.tabIndex = 0;
  pane.setAttribute("role", "region");
  pane.setAttribute("aria-label", "Graph; choose a state here by mouse, or in the list of states");
  let running = "";

  const mark = () => {
    for (const box of boxes(pane)) {
      box.classList.toggle("course-chosen", box.dataset.state === model.get("chosen"));
    }
  };
  const draw = () => {
    const { scrollTop, scrollLeft } = pane;
    pane.innerHTML = model.get("svg");
    const picture = pane.querySelector("svg");
    if (picture) picture.style.minWidth = `${SMALLEST * picture.width.baseVal.value}px`;
    Object.assign(pane, { scrollTop, scrollLeft });
    mark();
    const inner = boxes(pane).filter((box) => box.querySelector(":scope > title").textContent.endsWith(RUNNING));
    const last = inner.at(-1);
    if (last && last.dataset.state !== running) reveal(pane, last);
    running = last ? last.dataset.state : "";
  };
  const choose = () => {
    mark();
    const box = boxes(pane).find((one) => one.dataset.state === model.get("chosen"));
    if (box) reveal(pane, box);
  };
  pane.addEventListener("click", (event) => {
    const box = event.target.closest("g[data-state]");
    if (!box) return;
    model.set("chosen", box.dataset.state);
    model.save_changes();
  });
  model.on("change:svg", draw);
  model.on("change:chosen", choose);
  el.append(pane);
  draw();
  return () => {
    model.off("change:svg", draw);
    model.off("change:chosen", choose);
  };
}

export default { render };
