/* SPDX-License-Identifier: Apache-2.0
 *
 * What another site's notifier sends, as frames of the bus: a notice becomes a
 * context with its remarks and lines, a result a line of the history.
 */
#include "notifyd/additions.h"
#include "notifyd/history.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take_forward(const struct msg_forward *f)
{
	char *site = slice_dup(f->site);
	struct additions with = {
	    site, "/site", "monitor", f->created_us, true, NULL};
	struct context ctx = {0}, again = {0};
	struct str line = {0}, pairs = {0};

	context_from_pairs(&ctx, f->context);
	if (context_get(&ctx, "HOSTNAME") == NULL)
		context_set(&ctx, "HOSTNAME", f->host);
	additions_make(&ctx, &with);
	context_bound(&ctx, CONTEXT_MAX_BYTES);
	history_notification(&line, &ctx, "ann", "mail");
	must(strchr(str_get(&line), '\n') == NULL);
	/* what is stored is what comes back */
	context_to_pairs(&ctx, &pairs);
	must(context_from_pairs(&again, str_slice(&pairs)) == 0);
	must(again.n == ctx.n && again.bytes == ctx.bytes);
	context_free(&ctx);
	context_free(&again);
	str_free(&line);
	str_free(&pairs);
	free(site);
}

static void
take_result(const struct msg_forward_result *r)
{
	char *host = slice_dup(r->host), *service = slice_dup(r->service);
	char *contact = slice_dup(r->contact), *method = slice_dup(r->method);
	char *text = slice_dup(r->text);
	const struct history_fields of = {host, service, contact, method};
	struct str line = {0};
	unsigned fields = 1, want = service[0] == '\0' ? 6 : 7;

	history_result_of(&line, &of,
	    r->code > 2 ? HISTORY_CRITICAL : (enum history_result)r->code,
	    text);
	must(strchr(str_get(&line), '\n') == NULL);
	for (const char *p = str_get(&line); *p != '\0'; p++)
		fields += *p == ';';
	must(fields == want);
	str_free(&line);
	free(host);
	free(service);
	free(contact);
	free(method);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = wire_of((struct slice){(const char *)data, size});
	const char *why = NULL;
	struct msg m;

	while (msg_get(&w, &m, &why) == 1) {
		if (m.id == MSG_FORWARD)
			take_forward(&m.forward);
		else if (m.id == MSG_FORWARD_RESULT)
			take_result(&m.forward_result);
	}
	return 0;
}
