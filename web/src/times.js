// SPDX-License-Identifier: Apache-2.0
//
// Times and lengths of time in words.

import { locale } from "./words.js";

export function duration(s) {
  s = Math.max(0, Math.round(s));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

export const absolute = (s) => new Date(s * 1000).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" });
