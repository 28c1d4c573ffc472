// Runs prepare.py in Pyodide, the Python of the live edition: node prepare.mjs PYODIDE FOLDER
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: pyodide });
python.mountNodeFS("/build", folder);
try {
  python.runPython(readFileSync(new URL("prepare.py", import.meta.url), "utf8"));
} catch (error) {
  console.error(error.message);  // not the error itself: Node would print all of Pyodide with it
  process.exitCode = 1;
}
