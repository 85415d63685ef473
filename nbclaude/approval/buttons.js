// The buttons below the card of a call. They read the traits of Buttons (widget.py) and send what the user decides.
// In front of this stands what the scripts of our widgets share (edits/actions.py).

const EVERY = 200; // ms
const TRIES = 100;
const MANY = 25; // lines; a longer text scrolls in its field

const made = (tag, properties) => Object.assign(document.createElement(tag), properties);

function button(text, act, primary = false) {
  const node = made("button", { type: "button", textContent: text });
  if (primary) node.className = "nbclaude-primary";
  // Only the user's own click counts, not one that a script makes up.
  node.addEventListener("click", (event) => { if (event.isTrusted) act(); });
  return node;
}

const row = (...nodes) => {
  const node = made("div", { className: "nbclaude-row" });
  node.append(...nodes);
  return node;
};

function labelled(text, field) {
  const label = made("label", { textContent: text });
  label.append(field);
  return label;
}

function initialize({ model }) {
  // The kernel waits for this, and without it asks in another way. What JupyterLab sends for the first widgets of a kernel goes
  // to the cell's thread, where nothing reads it yet, so this is repeated until the kernel has heard it.
  const tell = () => model.send({ key: model.get("key"), do: "ready" });
  let left = model.get("state") === "new" ? TRIES : 0;
  const timer = setInterval(() => {
    if (left-- <= 0 || model.get("state") !== "new") clearInterval(timer);
    else tell();
  }, EVERY);
  return () => clearInterval(timer);
}

function render({ model, el }) {
  el.classList.add("nbclaude-approve");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // keys pressed here are not the notebook's shortcuts
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "May this tool run?");
  const place = made("div", {});
  const problem = made("div", { className: "nbclaude-problem" });
  problem.setAttribute("role", "status");
  el.append(place, problem);
  const say = (answer) => {
    for (const node of place.querySelectorAll("button")) node.disabled = true;
    model.send({ key: model.get("key"), ...answer });
  };

  function choices() {
    place.replaceChildren(row(
      button("Allow once", () => say({ do: "allow" }), true),
      button("Allow in this conversation", () => say({ do: "always" })),
      ...(model.get("fields").length ? [button("Edit arguments…", edit)] : []),
      button("Deny…", deny),
    ));
  }

  function deny() {
    const reason = made("input", { type: "text" });
    const done = () => say({ do: "deny", reason: reason.value });
    reason.addEventListener("keydown", (event) => { if (event.isTrusted && event.key === "Enter") done(); });
    place.replaceChildren(labelled("Why? Claude reads this; you can leave it empty.", reason),
      row(button("Deny", done, true), button("Back", choices)));
    reason.focus();
  }

  function edit() {
    const fields = model.get("fields").map(([name, text, isJson]) => {
      const rows = Math.min(MANY, Math.max(1, text.split("\n").length));
      const field = made("textarea", { value: text, rows, spellcheck: false });
      return [name, field, labelled(isJson ? `${name} (JSON)` : name, field)];
    });
    const done = () => say({ do: "edit", values: Object.fromEntries(fields.map(([name, field]) => [name, field.value])) });
    place.replaceChildren(...fields.map(([, , label]) => label),
      row(button("Allow with these arguments", done, true), button("Back", choices)));
    fields[0][1].focus();
  }

  // What was sent back with a problem can be sent again.
  const told = () => {
    problem.textContent = model.get("problem");
    for (const node of place.querySelectorAll("button")) node.disabled = false;
  };
  const ended = () => { if (model.get("state") === "over") el.replaceChildren(); };
  model.on("change:problem", told);
  model.on("change:state", ended);
  choices();
  ended();
  const forgetKernel = whenKernelEnds(model, () => el.classList.add(GONE));
  return () => {
    model.off("change:problem", told);
    model.off("change:state", ended);
    forgetKernel();
  };
}

export default { initialize, render };
