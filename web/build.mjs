// SPDX-License-Identifier: Apache-2.0
//
// build.mjs OUT: bundles the console into the folder OUT: index.html and files
// whose names carry the hash of their content, so that browsers may keep them
// for ever. Run by web/build, which has installed what is needed.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const [out, modules] = process.argv.slice(2);
const { build } = createRequire(join(modules, "x.js"))("esbuild");

function write(name, content) {
  const [base, end] = name.split(/\.(?=[^.]*$)/);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const file = `${base}-${hash}.${end}`;
  writeFileSync(join(out, file), content);
  const zipped = gzipSync(content, { level: 9 });
  if (zipped.length < content.length * 0.9) writeFileSync(join(out, `${file}.gz`), zipped);
  return `assets/${file}`;
}

const bundle = async (file, options) => (await build({
  entryPoints: [join(here, file)], bundle: true, minify: true, write: false, target: "es2022",
  legalComments: "inline", nodePaths: [modules], ...options,
})).outputFiles[0].contents;

mkdirSync(out, { recursive: true });
const names = {
  SCRIPT: write("console.js", await bundle("src/main.js", { format: "esm" })),
  STYLE: write("console.css", await bundle("style.css", {})),
  ICON: write("icon.svg", readFileSync(join(here, "icon.svg"))),
};
const page = readFileSync(join(here, "index.html"), "utf8").replace(/@(SCRIPT|STYLE|ICON)@/g, (_, name) => names[name]);
writeFileSync(join(out, "index.html"), page);
