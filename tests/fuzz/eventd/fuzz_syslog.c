/* SPDX-License-Identifier: Apache-2.0
 *
 * One message: whatever comes, every field is valid UTF-8 without controls.
 */
#include "common/log.h"
#include "common/utf8.h"
#include "eventd/parse/syslog.h"
#include "eventd/parse/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct slice s)
{
	must(utf8_valid(s));
	for (size_t i = 0; i < s.len; i++)
		must((unsigned char)s.s[i] >= 0x20 && s.s[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct syslog_parser parser;
	struct message m = {.input = INPUT_UDP};

	syslog_parse(&parser, (struct slice){(const char *)data, size},
	    "192.0.2.7", INT64_C(1772719200000000), &m);
	check(m.host);
	check(m.application);
	check(m.text);
	check(m.contact);
	check(m.ipaddress);
	must(m.facility < 32 && m.priority < 8);
	return 0;
}
