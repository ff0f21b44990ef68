// SPDX-License-Identifier: Apache-2.0
//
// Hands a file to the person: what a page shows, as CSV, JSON or a picture.

/** `content` is text or a Blob. */
export function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
