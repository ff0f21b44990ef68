/* SPDX-License-Identifier: Apache-2.0
 *
 * A notice's context as it comes from a peer, through everything that is made
 * of it: additions, mail, history line, environment.
 */
#include "notifyd/additions.h"
#include "notifyd/history.h"
#include "notifyd/methods/env.h"
#include "notifyd/methods/mail_text.h"

#include "common/log.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Headers end where they should, and no line is a second one. */
static void
check_mail(const struct mail *mail)
{
	const char *end = strstr(mail->data.s, "\r\n\r\n");

	must(end != NULL);
	for (const char *p = mail->data.s; p < end; p++) {
		must((unsigned char)*p < 0x80);
		must(*p != '\n' || p[-1] == '\r');
	}
	must(strstr(mail->data.s, "\r\nBcc:") == NULL ||
	    strstr(mail->data.s, "\r\nBcc:") > end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {(const char *)data, size};
	struct additions with = {
	    "demo", "/site", "monitor", 1000000, size % 2 == 1, NULL};
	json_t *params = json_pack("{s:s, s:s, s:[s,s]}", "subject",
	    "$OBJECT$ $OUTPUT:20$", "insert_html", "<b>$SERVICEOUTPUT$</b><",
	    "elements", "details", "variables");
	struct mail_options options = {.from = "vedette@example.com",
	    .machine = "monitor",
	    .now = 1,
	    .params = size % 3 == 0 ? NULL : params};
	char *base[] = {NULL}, **env;
	struct context ctx = {0};
	struct str line = {0}, again = {0};
	struct mail mail;
	struct err err;

	context_from_pairs(&ctx, bytes);
	must(ctx.bytes <= CONTEXT_MAX_BYTES);
	additions_make(&ctx, &with);
	if (context_get(&ctx, "CONTACTEMAIL") == NULL)
		context_sets(&ctx, "CONTACTEMAIL", "a@b");
	if (mail_make(&ctx, &options, &mail, &err) == 0)
		check_mail(&mail);
	mail_free(&mail);
	history_notification(&line, &ctx, "ann", "mail");
	history_result(&line, &ctx, "ann", "mail", HISTORY_OK,
	    context_text(&ctx, "SERVICEOUTPUT"));
	must(strchr(str_get(&line), '\n') == NULL);
	env = env_make(&ctx, "/opt/site", base);
	env_free(&env);
	context_to_pairs(&ctx, &again);
	context_free(&ctx);
	must(context_from_pairs(&ctx, str_slice(&again)) == 0);
	context_free(&ctx);
	json_decref(params);
	str_free(&line);
	str_free(&again);
	return 0;
}
