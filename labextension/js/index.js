// @ts-check
// Hands the extension to JupyterLab and Notebook 7 in the form that they expect from a bundler.

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  /** @type {Record<string, Record<string, Shared>>} */
  let scope = {};

  // The application's own modules, so that its tokens are the same objects: the loaded version, else the newest.
  /** @param {string} name */
  async function shared(name) {
    const versions = Object.keys(scope[name] ?? {}).sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
    const version = versions.find((each) => scope[name][each].loaded) ?? versions[0];
    return (await scope[name][version].get())();
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.nbclaude = {
    init: (given) => { scope = given; },
    get: async () => {
      const { pluginOf } = await import(new URL("plugin.js", script).href);
      const plugin = await pluginOf(shared);
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
