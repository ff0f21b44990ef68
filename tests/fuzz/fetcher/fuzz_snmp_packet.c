/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: packets of versions 1 and 2c from anybody. What is accepted
 * has its texts within the words and its OIDs within their room.
 */
#include "common/log.h"
#include "fetcher/snmp/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct snmp_var vars[SNMP_MAX_VARS];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str words = {0};
	struct snmp_packet packet;
	uint32_t number;

	if (snmp_packet_answer(data, size, &packet, vars, &words)) {
		const struct snmp_answer *a = &packet.answer;
		size_t all = 0;

		must(snmp_packet_number(data, size, &number));
		must(number == packet.number && a->n <= SNMP_MAX_VARS);
		for (size_t i = 0; i < a->n; i++) {
			must(a->vars[i].oid.n >= 2 &&
			    a->vars[i].oid.n <= OID_MAX);
			must(a->vars[i].kind != SNMP_NONE ||
			    a->vars[i].value.len == 0);
			must(a->vars[i].value.s == str_get(&words) + all);
			all += a->vars[i].value.len;
		}
		must(all <= words.len);
	}
	snmp_packet_number(data, size, &number);
	str_free(&words);
	return 0;
}
