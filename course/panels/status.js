// One line in an element that stays, so that a screen reader announces each change of its text.

const SIGNS = { plain: "", busy: "…", good: "✓", bad: "✕" };

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
  return () => model.off("change", show);
}

export default { render };
