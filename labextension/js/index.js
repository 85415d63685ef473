// @ts-check
// Hands the extension to JupyterLab and Notebook 7 in the form that they expect from a bundler.

(window._JUPYTERLAB ??= {}).nbclaude = {
  script: /** @type {HTMLScriptElement} */ (document.currentScript).src,
  scope: {}, // the application's modules, by name and version: shared.js loads them
  init(scope) { this.scope = scope; },
  async get() {
    const { plugin } = await import(new URL("plugin.js", this.script).href);
    return () => ({ __esModule: true, default: plugin });
  },
};
