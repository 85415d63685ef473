// Runs a Python file in Pyodide: node pyodide.mjs PYODIDE SITE-PACKAGES REPOSITORY FILE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, packages, repository, file] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide();
python.mountNodeFS("/repository", repository);
python.mountNodeFS("/packages", packages);
python.runPython('import sys; sys.dont_write_bytecode = True; sys.path[:] = ["/repository", *sys.path, "/packages"]');
python.runPython(readFileSync(file, "utf-8"));
