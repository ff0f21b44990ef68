/* SPDX-License-Identifier: Apache-2.0
 *
 * An agent through TLS; see agent_tls.h.
 */
#include "fetcher/agent_tls.h"

#include "common/mem.h"
#include "common/tls.h"

#include <stdlib.h>

struct agent_tls {
	struct tls *tls;
	struct agent_message *message;
	struct str plain; /* within a call */
	char *uuid;
	bool is_open;
};

struct agent_tls *
agent_tls_new(
    SSL_CTX *ctx, const char *uuid, agent_message_sink *sink, void *arg)
{
	struct agent_tls *t = xnew(struct agent_tls);

	t->tls = tls_new_client(ctx, uuid);
	t->message = agent_message_new(sink, arg);
	t->uuid = xstrdup(uuid);
	return t;
}

void
agent_tls_free(struct agent_tls **tp)
{
	struct agent_tls *t = *tp;

	if (t == NULL)
		return;
	tls_free(&t->tls);
	agent_message_free(&t->message);
	str_free(&t->plain);
	free(t->uuid);
	free(t);
	*tp = NULL;
}

/* What went wrong, and what a person can do. */
static void
explain(const struct agent_tls *t, const char *why, struct err *err_r)
{
	const char *distrust = tls_distrust(t->tls);

	if (distrust != NULL)
		err_set(err_r,
		    "its certificate is not one that this site made for UUID "
		    "%s: %s (register the host again)",
		    t->uuid, distrust);
	else
		err_set(err_r,
		    "it ended the TLS conversation: %s (the host may be "
		    "registered no more, or with another site, or under "
		    "another UUID than %s: register it again)",
		    why, t->uuid);
}

int
agent_tls_receive(struct agent_tls *t, struct slice bytes, struct err *err_r)
{
	struct err why = {""};
	enum tls_state state = tls_receive(t->tls, bytes, &t->plain, &why);
	int rc = 0;

	if (state == TLS_OPEN || state == TLS_ENDED)
		t->is_open = true;
	/* In TLS 1.3 a refusal arrives after our side's handshake. */
	if (t->plain.len > 0) {
		rc =
		    agent_message_take(t->message, str_slice(&t->plain), err_r);
		str_clear(&t->plain);
	}
	if (rc == 0 && state == TLS_FAILED) {
		explain(t, why.text, err_r);
		rc = -1;
	}
	return rc == 0 && state == TLS_ENDED ? 1 : rc;
}

int
agent_tls_end(const struct agent_tls *t, struct err *err_r)
{
	if (!t->is_open) {
		err_set(err_r,
		    "it closed the connection within the TLS handshake (is it "
		    "registered under UUID %s with this site?)",
		    t->uuid);
		return -1;
	}
	return agent_message_end(t->message, err_r);
}

void
agent_tls_take(struct agent_tls *t, struct str *bytes)
{
	tls_take(t->tls, bytes);
}

bool
agent_tls_is_shaking(const struct agent_tls *t)
{
	return !t->is_open;
}
