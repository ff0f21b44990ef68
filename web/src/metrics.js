// SPDX-License-Identifier: Apache-2.0
//
// Performance data as it stands in a result, and numbers with their units.

/** 'name'=value;warn;crit;min;max, separated by blanks. */
export function metrics(text) {
  return [...text.matchAll(/('(?:[^']|'')+'|[^\s=]+)=(\S+)/g)].map(([, name, rest]) => {
    const [value, warn, crit, min, max] = rest.split(";");
    const [, number, unit] = /^([-+0-9.eE]+)(.*)$/.exec(value) ?? [null, value, ""];
    return { name: name.replace(/^'|'$/g, "").replace(/''/g, "'"), value, number: Number(number), unit, warn, crit, min, max };
  });
}

/** The upper end of a range of levels ("80", "@5:10", "~:9"), or undefined. */
export function level(text) {
  const end = text?.replace(/^@/, "").split(":").at(-1);
  return end ? Number(end) : undefined;
}

const SMALL = [[1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]];
const LARGE = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const BYTES = [[2 ** 40, "Ti"], [2 ** 30, "Gi"], [2 ** 20, "Mi"], [2 ** 10, "Ki"]];

const digits = (n) => (Math.abs(n) >= 100 ? n.toFixed(0) : Math.abs(n) >= 10 ? n.toFixed(1) : n.toFixed(2)).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** 1536 B is 1.5 KiB, 0.002 s is 2 ms, 80.5 % stays. */
export function human(n, unit = "") {
  if (n == null || !Number.isFinite(n)) return "–";
  const size = Math.abs(n);
  if (unit === "%") return `${digits(n)} %`;
  if (unit === "s" && size >= 60) return size >= 86400 ? `${digits(n / 86400)} d` : size >= 3600 ? `${digits(n / 3600)} h` : `${digits(n / 60)} min`;
  const steps = unit === "B" ? BYTES : LARGE;
  const [factor, prefix] = steps.find(([f]) => size >= f)
    ?? (size === 0 || size >= 0.01 && unit !== "s" || size >= 1 ? [1, ""] : SMALL.find(([f]) => size >= f) ?? SMALL.at(-1));
  return `${digits(n / factor)} ${prefix}${unit}`.trim();
}
