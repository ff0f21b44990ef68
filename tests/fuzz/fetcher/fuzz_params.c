/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: parameters of checks.
 */
#include "common/log.h"
#include "fetcher/checks/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	const struct check *check;

	for (size_t i = 0; doc != NULL && (check = check_at(i)) != NULL; i++) {
		struct check_value values[CHECK_MAX_PARAMS];
		struct err err = {.text = ""};
		int rc = check_params_read(check, doc, values, &err);
		must((rc == 0) == (err.text[0] == '\0'));
	}
	json_decref(doc);
	return 0;
}
