/* SPDX-License-Identifier: Apache-2.0
 *
 * A daemon asked over the bus; see ask_daemon.h.
 */
#include "site/ask_daemon.h"

#include "common/bus.h"
#include "common/daemon.h"
#include "common/mem.h"

#include <stdlib.h>

struct answer {
	bool good;
	struct str *text;
};

static void
got(const struct msg *m, void *arg)
{
	struct answer *a = arg;

	if (m->id != MSG_ANSWER) {
		str_add(a->text, "an unexpected answer");
		return;
	}
	a->good = m->answer.status == MSG_OK;
	str_addslice(a->text, m->answer.text);
}

int
ask_daemon(const struct site *site, const char *daemon, const struct msg *m,
    int timeout_ms, struct str *text, struct err *err_r)
{
	char *endpoint =
	    xasprintf("ipc://%s/tmp/run/bus/%s.sock", site->root, daemon);
	struct bus_self self = {
	    "site", "vedette", site->name, vedette_version()};
	struct answer a = {.text = text};
	int rc = bus_ask(endpoint, &self, m, timeout_ms, got, &a, err_r);

	free(endpoint);
	return rc == -1 ? -1 : a.good;
}
