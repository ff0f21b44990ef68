/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a YAML file; what it holds is the same after printing.
 */
#include "common/config/yaml.h"
#include "common/log.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct mistakes m = {0}, again_m = {0};
	struct yaml_doc *doc = yaml_parse("f.yaml", text, &m);
	struct yaml_doc *again;
	struct str printed = {0};

	if (m.n_mistakes == 0) {
		yaml_print(yaml_root(doc), 0, &printed);
		again = yaml_parse("again", str_slice(&printed), &again_m);
		must(again_m.n_mistakes == 0);
		yaml_doc_free(&again);
	}
	str_clear(&printed);
	mistakes_print(&m, &printed);
	mistakes_free(&m);
	mistakes_free(&again_m);
	yaml_doc_free(&doc);
	str_free(&printed);
	return 0;
}
