// What ipywidgets' HTML lacks: buttons that work, an answer that grows page by page, and the front end's clipboard, files and cells.
// In: the traits of View (frontend.py) and messages {do: ...}. Out: messages {action: ..., value: ...}.

const LARGEST = 9_000_000; // bytes; a Jupyter server takes messages of 10 MB
const NEAR = 40; // pixels from the end at which a reader follows the answer

function typeset(model, node) {
  const manager = model.widget_manager;
  (manager?.renderMime ?? manager?._rendermime)?.latexTypesetter?.typeset(node);
}

function show(model, node, html) {
  node.source = html;
  node.innerHTML = html;
  typeset(model, node);
}

// Only what has changed is drawn anew: folds stay open, and the focus stays where it is.
function drawItems(model, list) {
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const wanted = [...model.get("items"), ...(model.get("pending") ? [["pending", model.get("pending")]] : [])];
  wanted.forEach(([key, html], place) => {
    const node = before.get(key) ?? Object.assign(document.createElement("div"), { className: "nbclaude-item" });
    node.dataset.key = key;
    if (node.source !== html) show(model, node, html);
    if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
  });
  while (list.children.length > wanted.length) list.lastChild.remove();
}

function drawPage(model, live, { number, html }) {
  while (live.children.length <= number) live.append(document.createElement("div"));
  show(model, live.children[number], html);
}

function insert(model, { code, cell }) {
  const notebook = documentOf(model);
  if (!notebook) return false;
  const place = notebook.cells.findIndex((each) => each.id === cell);
  notebook.insertCell(place < 0 ? notebook.cells.length : place + 1, { cell_type: "code", source: code, metadata: {} });
  return true;
}

async function sendFiles(model, files) {
  for (const file of files) {
    const name = file.name || "pasted.png";
    if (file.size > LARGEST) model.send({ action: "too-large", value: name });
    else model.send({ action: "file", value: name }, undefined, [await file.arrayBuffer()]);
  }
}

function describeBar(row) {
  const bar = row.querySelector(".progress");
  bar?.setAttribute("role", "progressbar");
  bar?.setAttribute("aria-label", `${row.querySelector(".widget-label")?.textContent ?? ""}: spent`);
  bar?.setAttribute("aria-valuenow", String(parseFloat(bar.firstElementChild?.style.width) || 0));
}

// What had the focus may be drawn anew, disabled or hidden. Then the focus goes to what has taken its place, else to the question:
// it never falls out of the panel.
function keepFocus(root, signal) {
  let last = null;
  const usable = (node) => node?.isConnected && !node.disabled && node.offsetParent !== null;
  root.addEventListener("focusin", (event) => {
    const { action, value } = event.target.dataset;
    last = { node: event.target, action, value, label: event.target.textContent };
  }, { signal });
  window.addEventListener("pointerdown", (event) => { if (!root.contains(event.target)) last = null; }, { capture: true, signal });
  const restore = () => {
    const fallen = document.activeElement === document.body;
    if (!last || !(fallen || document.activeElement === last.node)) return;
    if (usable(last.node)) {
      if (fallen) last.node.focus(); // it was disabled for a moment
      return;
    }
    const of = (selector) => [...root.querySelectorAll(selector)].find(usable);
    const { action, value } = last;
    const again = action && (of(`[data-action="${action}"][data-value="${value}"]`)
      ?? of(`[data-value="${value}"]`) ?? of(`[data-action="${action}"]`));
    (again || of(".nbclaude-question textarea"))?.focus();
  };
  const observer = new MutationObserver(() => requestAnimationFrame(restore));
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "style"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

// Escape leaves the panel for its cell, as it leaves an editor: the notebook's keys work again there.
function leave(target) {
  target.blur();
  const cell = target.closest(".jp-Cell");
  if (cell && !cell.hasAttribute("tabindex")) cell.tabIndex = -1;
  cell?.focus({ preventScroll: true });
}

// Shift+Enter, pasted and dropped files: wherever in the panel they happen.
function listen(model, root, signal) {
  const options = { capture: true, signal };
  // At the window, and before everybody else: some front ends look at the keys of the whole document first. What is pressed
  // in the panel is the panel's (Lumino's attribute says so), but for the notebook's shortcuts with Ctrl or Cmd.
  window.addEventListener("keydown", (event) => {
    if (!root.contains(event.target)) return;
    const writes = event.target.matches("textarea, input");
    const withCommand = event.ctrlKey || event.metaKey;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !withCommand || (writes && event.key === "Enter"));
    if (event.key === "Escape") leave(event.target);
    if (event.key !== "Enter" || event.isComposing) return;
    const [field] = event.target.closest(".jupyter-widgets")?.className.match(/nbclaude-enter-\w+/) ?? [];
    if (field) model.send({ action: field, value: event.target.value });
    if (!(event.shiftKey || withCommand)) return;
    if (!event.target.matches(".nbclaude-question textarea")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) model.send({ action: "ask", value: event.target.value });
  }, options);
  // JupyterLab leaves the focus in a field of an output when one clicks on the cell, and keys would still go there.
  window.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target) && root.contains(document.activeElement)) document.activeElement.blur();
  }, options);
  keepFocus(root, signal);
  root.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    sendFiles(model, files);
  }, options);
  const dropping = (on) => root.classList.toggle("nbclaude-dropping", on);
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  root.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    dropping(true);
  }, options);
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(event.relatedTarget)) dropping(false);
  }, options);
  root.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    dropping(false);
    sendFiles(model, event.dataTransfer.files);
  }, options);
  // ipywidgets tells of a pressed toggle button by colour alone, and of a control's reason not at all. A field without a
  // description has an empty label, which leaves it without any name, whatever its tooltip says.
  const describe = () => {
    for (const field of root.querySelectorAll("input, select, textarea")) {
      const name = field.title || field.placeholder;
      if (name && ![...(field.labels ?? [])].some((label) => label.textContent.trim())) field.setAttribute("aria-label", name);
    }
    for (const button of root.querySelectorAll("button.widget-toggle-button"))
      button.setAttribute("aria-expanded", String(button.classList.contains("mod-active")));
    for (const row of root.querySelectorAll(".nbclaude-row")) {
      describeBar(row);
      const reason = row.querySelector(".nbclaude-reason");
      const field = row.querySelector("input, select, textarea, [role=slider]");
      if (!reason || !field) continue;
      reason.id ||= `nbclaude-reason-${Math.random().toString(36).slice(2)}`;
      field.setAttribute("aria-describedby", reason.id);
      const label = row.querySelector(".widget-label")?.textContent;
      const slider = row.querySelector("[role=slider]");
      slider?.setAttribute("aria-label", label ?? "");
      slider?.setAttribute("aria-disabled", String(Boolean(slider.closest("[disabled]"))));
    }
  };
  const observer = new MutationObserver(describe);
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["class", "disabled"] });
  signal.addEventListener("abort", () => observer.disconnect());
  describe();
}

function render({ model, el }) {
  const end = new AbortController();
  const list = document.createElement("div");
  const live = document.createElement("div");
  el.classList.add("nbclaude-view");
  el.append(list);
  live.setAttribute("aria-live", "off"); // what grows is read out once, when it stands in the transcript
  const label = () => {
    el.setAttribute("role", model.get("role"));
    el.setAttribute("aria-label", model.get("label"));
    el.tabIndex = model.get("role") === "log" ? 0 : -1; // what can be scrolled can be reached
  };
  const atItsEnd = () => el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
  const following = (draw) => {
    const wasAtEnd = atItsEnd();
    draw();
    if (wasAtEnd) el.scrollTop = el.scrollHeight;
  };
  // A reader who is not at the end keeps what they read where it is, whatever comes or goes above it.
  const keeping = (draw) => {
    const top = el.getBoundingClientRect().top;
    const seen = [...list.children].map((node) => [node, node.getBoundingClientRect()]).filter(([, box]) => box.bottom > top);
    draw();
    const anchor = seen.find(([node]) => node.isConnected);
    if (anchor) el.scrollTop += anchor[0].getBoundingClientRect().top - anchor[1].top;
  };
  // At once: when an answer ends, its turn takes the place of its pages, and the reader stays where they are. The pages
  // leave the document instead of being hidden: nothing ever finds an answer twice, and another conversation may be shown meanwhile.
  const draw = () => following(() => keeping(() => {
    drawItems(model, list);
    if (!model.get("pending")) live.remove();
    else if (!live.isConnected) el.append(live);
  }));
  const react = (message) => {
    if (message.do === "page") following(() => drawPage(model, live, message));
    else if (message.do === "clear") live.replaceChildren();
    else if (message.do === "end") el.scrollTop = el.scrollHeight;
    else if (message.do === "copy") copy(message.text).then((done) => model.send({ action: done ? "copied" : "not-copied" }));
    else if (message.do === "insert") model.send({ action: insert(model, message) ? "inserted" : "not-inserted" });
    else if (message.do === "focus") el.closest(".nbclaude-panel")?.querySelector(message.target)?.focus();
  };
  model.on("change:items", draw);
  model.on("change:pending", draw);
  model.on("change:label", label);
  model.on("msg:custom", react);
  el.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button) model.send({ action: button.dataset.action, value: button.dataset.value ?? "" });
  }, { signal: end.signal });
  el.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    sendFiles(model, event.target.files).then(() => { event.target.value = ""; });
  }, { signal: end.signal });
  // An opening pane takes space from the transcript: if it was scrolled to its end, it stays there.
  let isAtEnd = true;
  el.addEventListener("scroll", () => { isAtEnd = atItsEnd(); }, { signal: end.signal });
  const sized = new ResizeObserver(() => { if (isAtEnd) el.scrollTop = el.scrollHeight; });
  sized.observe(el);
  label();
  draw();
  const begin = () => {
    const root = el.closest(".nbclaude-panel");
    if (root && el.isConnected) {
      el.scrollTop = el.scrollHeight;
      for (const node of list.children) typeset(model, node);
      if (model.get("listens")) listen(model, root, end.signal);
    } else if (!end.signal.aborted) requestAnimationFrame(begin);
  };
  begin();
  return () => {
    end.abort();
    sized.disconnect();
    model.off("change:items", draw);
    model.off("change:pending", draw);
    model.off("change:label", label);
    model.off("msg:custom", react);
  };
}

export default { render };
