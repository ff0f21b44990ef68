// SPDX-License-Identifier: Apache-2.0
//
// build.mjs OUT: bundles the console into the folder OUT: index.html and files
// whose names carry the hash of their content, so that browsers may keep them
// for ever. Run by web/build, which has installed what is needed.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const [out, modules] = process.argv.slice(2);
const { build } = createRequire(join(modules, "x.js"))("esbuild");

function keep(file, content) {
  writeFileSync(join(out, file), content);
  const zipped = gzipSync(content, { level: 9 });
  if (zipped.length < content.length * 0.9) writeFileSync(join(out, `${file}.gz`), zipped);
  return `assets/${file}`;
}

function hashed(name, content) {
  const [base, end] = name.split(/\.(?=[^.]*$)/);
  return keep(`${base}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}.${end}`, content);
}

/** The entry's file; what it imports on demand lies beside it. */
async function bundle(file, name, options) {
  const { outputFiles } = await build({
    entryPoints: { [name]: join(here, file) }, bundle: true, minify: true, write: false, target: "es2022", outdir: out,
    entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", legalComments: "inline", nodePaths: [modules], ...options,
  });
  const names = outputFiles.map((f) => keep(basename(f.path), f.contents));
  return names.find((n) => n.startsWith(`assets/${name}-`));
}

mkdirSync(out, { recursive: true });
const names = {
  SCRIPT: await bundle("src/main.js", "console", { format: "esm", splitting: true }),
  STYLE: await bundle("style.css", "console", {}),
  ICON: hashed("icon.svg", readFileSync(join(here, "icon.svg"))),
};
const page = readFileSync(join(here, "index.html"), "utf8").replace(/@(SCRIPT|STYLE|ICON)@/g, (_, name) => names[name]);
writeFileSync(join(out, "index.html"), page);
