/* SPDX-License-Identifier: Apache-2.0
 *
 * Signs of life; see life.h.
 */
#include "core/schedule/life.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

#define HINT_MS 600000 /* some intervals of fetches */

void
life_start(struct life *life, uint32_t n_hosts)
{
	*life = (struct life){
	    .last = xcalloc(n_hosts + 1, sizeof(*life->last)), .n = n_hosts};
}

void
life_free(struct life *life)
{
	free(life->last);
	*life = (struct life){0};
}

void
life_adopt(
    struct life *life, const uint32_t *new_of, uint32_t n_old, uint32_t n_hosts)
{
	struct life_sign *last = xcalloc(n_hosts + 1, sizeof(*last));

	for (uint32_t i = 0; i < life->n && i < n_old; i++)
		if (new_of[i] < n_hosts)
			last[new_of[i]] = life->last[i];
	free(life->last);
	life->last = last;
	life->n = n_hosts;
}

void
life_note(struct life *life, uint32_t host, int64_t now, bool pong)
{
	struct life_sign *sign;

	if (host >= life->n)
		return;
	sign = &life->last[host];
	if (now > sign->any)
		sign->any = now;
	if (pong && now > sign->pong)
		sign->pong = now;
}

uint32_t
life_silence_ms(const struct life *life, uint32_t host, int64_t now)
{
	int64_t ms;

	if (host >= life->n || life->last[host].any == 0)
		return 0;
	ms = (now - life->last[host].any) / NS_PER_MS;
	return ms < 1 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

uint32_t
life_window_ms(const struct life *life, uint32_t host, int64_t now)
{
	uint32_t ms = life_silence_ms(life, host, now);

	if (ms == 0)
		ms = LIFE_INTERVAL_MS;
	return ms < LIFE_TIMEOUT_MS - LIFE_INTERVAL_MS ? LIFE_TIMEOUT_MS - ms
						       : LIFE_INTERVAL_MS;
}

bool
life_refutes(struct life *life, uint32_t host, int64_t now,
    struct msg_job_result *r, struct str *words)
{
	uint32_t ms = life_silence_ms(life, host, now);

	if (r->state == 0 || ms == 0)
		return false;
	if (ms >= LIFE_TIMEOUT_MS) {
		if (ms < HINT_MS &&
		    now - life->last[host].pong > HINT_MS * NS_PER_MS) {
			str_addf(words,
			    "%.*s; a connection %u s ago had an answer (if "
			    "pings are dropped on the way: check: {tcp: PORT})",
			    (int)r->output.len, r->output.s, ms / 1000);
			r->output = str_slice(words);
		}
		return false;
	}
	life->refuted++;
	str_addf(words,
	    "OK - no answer to ping, but another sign of life %u s ago",
	    ms / 1000);
	r->state = 0;
	r->output = str_slice(words);
	r->long_output = r->perfdata = SLICE("");
	return true;
}
