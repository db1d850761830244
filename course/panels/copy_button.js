// A button that puts text on the clipboard. Where the browser offers no clipboard (a page without HTTPS that is
// not on this computer), the older way by a selected text field is tried.

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("aria-hidden", "true");
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("the browser refused");
}

function render({ model, el }) {
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "course-copy";
  said.className = "course-copied";
  said.setAttribute("role", "status");
  const relabel = () => (button.textContent = model.get("label"));
  let timer;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    try {
      await write(model.get("text"));
      said.textContent = "Copied";
      model.send("copied");
    } catch (error) {
      said.textContent = `Not copied: ${error.message}. Select the text and copy it by hand.`;
    }
    button.focus();
    timer = setTimeout(() => (said.textContent = ""), 4000);
  });
  model.on("change:label", relabel);
  relabel();
  el.classList.add("course-copy-row");
  el.append(button, said);
  return () => {
    clearTimeout(timer);
    model.off("change:label", relabel);
  };
}

export default { render };
