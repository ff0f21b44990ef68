/* SPDX-License-Identifier: Apache-2.0
 *
 * Section tcp_conn_stats: "0A 26", or "LISTEN 26".
 */
#include "fetcher/sections/tcp_conn_stats.h"

#include <ctype.h>

const char *const tcp_state_names[TCP_STATES] = {NULL, "ESTABLISHED",
    "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSED",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"};

/* 0 if it is none. */
static size_t
state_of(struct slice word)
{
	for (size_t i = 1; i < TCP_STATES; i++)
		if (slice_eqs(word, tcp_state_names[i]))
			return i;
	if (word.len != 2 || word.s[0] != '0')
		return 0;
	char c = (char)toupper((unsigned char)word.s[1]);
	if (c >= '1' && c <= '9')
		return (size_t)(c - '0');
	return c == 'A' ? 10 : c == 'B' ? 11 : 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_tcp_conn_stats *tcp = section;
	struct slice line, word;

	(void)arena;
	while (split_line(in, &line)) {
		uint64_t count;
		if (!slice_word(&line, &word) || !section_u64(&line, &count))
			return section_bad(
			    in, err_r, "expected state and count");
		size_t state = state_of(word);
		if (state > 0)
			tcp->counts[state] += (double)count;
	}
	return 0;
}

const struct section_type section_tcp_conn_stats = {
    .names = {"tcp_conn_stats", NULL},
    .size = sizeof(struct section_tcp_conn_stats),
    .may_be_empty = true,
    .parse = parse,
};
