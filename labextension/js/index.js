// @ts-check
// Hands the extension to JupyterLab and Notebook 7 in the form that they expect from a bundler.

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const container = /** @type {Container} */ ({
    scope: {}, // the application's modules, by name and version: shared.js loads them
    init: (scope) => { container.scope = scope; },
    get: async () => {
      const { plugin } = await import(new URL("plugin.js", script).href);
      return () => ({ __esModule: true, default: plugin });
    },
  });
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.nbclaude = container;
})();
