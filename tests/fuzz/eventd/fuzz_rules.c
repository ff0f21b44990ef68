/* SPDX-License-Identifier: Apache-2.0
 *
 * event_rules as JSON: compiled or refused, and what was compiled is matched.
 */
#include "eventd/rule/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pattern_scratch *scratch;
	static const struct match_world world = {.site = "demo"};
	struct message m = {.text = SLICE("port 7 of x lost carrier"),
	    .host = SLICE("gw2"),
	    .application = SLICE("ifd"),
	    .ipaddress = SLICE("192.0.2.7")};
	struct match_walk walk = {.world = &world};
	struct str mistakes = {0};
	struct ruleset *rs;
	struct match match;
	json_t *doc;

	if (scratch == NULL)
		scratch = ec_pattern_scratch_new();
	walk.scratch = scratch;
	doc =
	    json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (doc == NULL)
		return 0;
	rs = ruleset_compile(doc, NULL, &mistakes, NULL);
	if (rs != NULL) {
		ruleset_match(rs, &m, &walk, &match);
		ruleset_free(&rs);
	}
	str_free(&mistakes);
	json_decref(doc);
	return 0;
}
