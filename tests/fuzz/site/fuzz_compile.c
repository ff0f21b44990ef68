/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a file of the configuration: it compiles to a snapshot that
 * opens, or has mistakes.
 */
#include "common/log.h"
#include "common/period.h"
#include "site/compile/compile.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct compile_report report = {0};
	struct yaml_doc *doc;
	struct snapshot *snap = NULL;
	struct periods *periods;
	struct err err = {""};

	if (size > 1 << 16)
		return 0;
	doc = yaml_parse("f.yaml", text, &report.mistakes);
	if (report.mistakes.n_mistakes == 0) {
		snap = compile_open_config(
		    yaml_root(doc), doc, NULL, NULL, 1, &report, &err);
		must((snap == NULL) == (report.mistakes.n_mistakes > 0));
	}
	if (snap != NULL) {
		periods = periods_compile(snap, &err);
		must(periods != NULL);
		periods_free(&periods);
	}
	snapshot_close(&snap);
	compile_report_free(&report);
	yaml_doc_free(&doc);
	return 0;
}
