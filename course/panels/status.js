// One line in an element that stays, so that a screen reader announces each change of its text.

const SIGNS = { plain: "", busy: "…", good: "✓", bad: "✕" };

// JupyterLab takes arrow and letter keys for its own, but for an element that says it wants them: in a panel, each
// does from when it has the focus. The panel around the line is not there yet when the line is drawn.
function keepKeys(el, isAlive) {
  const panel = el.closest(".course-panel");
  if (panel) panel.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  else if (isAlive()) requestAnimationFrame(() => keepKeys(el, isAlive));
}

function render({ model, el }) {
  const line = document.createElement("div");
  const sign = document.createElement("span");
  const words = document.createElement("span");
  line.setAttribute("role", "status");
  sign.setAttribute("aria-hidden", "true");
  sign.className = "course-sign";
  line.append(sign, words);
  const show = () => {
    const tone = model.get("tone");
    line.className = `course-status course-status-${tone}`;
    sign.textContent = SIGNS[tone];
    words.textContent = model.get("words");
  };
  model.on("change", show);
  show();
  el.append(line);
  let alive = true;
  keepKeys(el, () => alive);
  return () => {
    alive = false;
    model.off("change", show);
  };
}

export default { render };
