// What the scripts of our widgets share; it stands before each of them.

// JupyterLab and Notebook 7 give their widgets the notebook's document; other front ends do not.
function documentOf(model) {
  const context = model.widget_manager?.context;
  const notebook = context?.model?.sharedModel;
  return notebook?.insertCell && notebook.cells ? notebook : null;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure address there is no clipboard but the old one.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
