/* SPDX-License-Identifier: Apache-2.0
 *
 * What is accepted of an agent, and the words where something is not; see
 * agent_policy.h.
 */
#include "fetcher/agent_policy.h"

#include "common/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name;
	unsigned may;
} encryptions[] = {
#define ENTRY(id, name, may, help) {name, may},
    AGENT_ENCRYPTIONS(ENTRY)
#undef ENTRY
};

static int
set_encryption(struct agent_policy *p, const char *name, struct err *err_r)
{
	for (size_t i = 0; i < ARRAY_LEN(encryptions); i++) {
		if (strcmp(encryptions[i].name, name) != 0)
			continue;
		p->encryption = encryptions[i].name;
		p->may = encryptions[i].may;
		return 0;
	}
	err_set(err_r, "The host's agent.encryption \"%s\" is none", name);
	return -1;
}

int
agent_policy_read(struct slice options, struct slice uuid,
    struct agent_policy *p_r, struct err *err_r)
{
	const char *encryption = "auto", *file = NULL, *own = NULL;
	json_int_t connect_ms = 0;
	json_t *doc = NULL;
	int rc;

	*p_r = (struct agent_policy){0};
	if (options.len > 0) {
		doc = json_loadb(options.s, options.len, 0, NULL);
		json_unpack(doc, "{s?s, s?s, s?s, s?I}", "encryption",
		    &encryption, "passphrase_file", &file, "uuid", &own,
		    "connect_timeout_ms", &connect_ms);
	}
	if (own != NULL)
		uuid = slice_of(own);
	if (uuid.len < sizeof(p_r->uuid))
		snprintf(p_r->uuid, sizeof(p_r->uuid), "%.*s", (int)uuid.len,
		    uuid.s == NULL ? "" : uuid.s);
	rc = set_encryption(p_r, encryption, err_r);
	if (file != NULL && file[0] != '\0')
		p_r->passphrase_file = xstrdup(file);
	if (connect_ms > 0 && connect_ms <= UINT32_MAX)
		p_r->connect_ms = (uint32_t)connect_ms;
	json_decref(doc);
	return rc;
}

void
agent_policy_free(struct agent_policy *p)
{
	free(p->passphrase_file);
	p->passphrase_file = NULL;
}

/* --- words ---------------------------------------------------------------- */

static const char *
form(enum agent_marker marker)
{
	return marker == AGENT_TLS      ? "with TLS"
	    : marker == AGENT_PLAIN     ? "plain"
	    : marker == AGENT_SYMMETRIC ? "encrypted by a passphrase"
					: "in an unknown form";
}

static void
refuse_registered(const struct agent_policy *p, struct slice host,
    enum agent_marker marker, struct err *err_r)
{
	if (!(p->may & AGENT_MAY_TLS))
		err_set(err_r,
		    "The host is registered for TLS (UUID %s), but its "
		    "agent.encryption \"%s\" allows none (remove the setting, "
		    "or the registration)",
		    p->uuid, p->encryption);
	else
		err_set(err_r,
		    "The host is registered for TLS (UUID %s), but the agent "
		    "answered %s, which is refused because anybody could "
		    "(start the agent's controller on the host; if the host "
		    "was set up anew, register it again: vedette-agent-ctl "
		    "register --hostname %.*s ...)",
		    p->uuid, form(marker), (int)host.len, host.s);
}

static void
refuse_setting(const struct agent_policy *p, struct slice host,
    enum agent_marker marker, struct err *err_r)
{
	if (marker == AGENT_PLAIN && (p->may & AGENT_MAY_TLS))
		err_set(err_r,
		    "The agent answered plain, but the host's agent.encryption "
		    "\"%s\" demands encryption (register the host: "
		    "vedette-agent-ctl register --hostname %.*s ..., or allow "
		    "\"auto\")",
		    p->encryption, (int)host.len, host.s);
	else
		err_set(err_r,
		    "The agent answered %s, which the host's agent.encryption "
		    "\"%s\" does not allow (change the setting or the agent)",
		    form(marker), p->encryption);
}

/* The first bytes for people: printable ones as they are, others as dots. */
static void
show(struct slice begin, char buf[41])
{
	size_t n = 0;

	while (n < begin.len && n < 40 && begin.s[n] != '\n' &&
	    begin.s[n] != '\r') {
		buf[n] =
		    begin.s[n] >= ' ' && begin.s[n] <= '~' ? begin.s[n] : '.';
		n++;
	}
	buf[n] = '\0';
}

/* TLS is known to be allowed by the setting. */
static bool
tls_possible(const struct agent_policy *p, struct slice host, bool inside,
    struct err *err_r)
{
	if (inside)
		err_set(err_r,
		    "The agent's output within TLS announces TLS once more");
	else if (p->uuid[0] == '\0')
		err_set(err_r,
		    "The agent answered with TLS, but the host is not "
		    "registered with this site (on the host: "
		    "vedette-agent-ctl register --hostname %.*s --server "
		    "SERVER --site SITE --user NAME)",
		    (int)host.len, host.s);
	else
		return true;
	return false;
}

bool
agent_policy_allows(const struct agent_policy *p, struct slice host,
    enum agent_marker marker, bool inside, struct slice begin,
    struct err *err_r)
{
	unsigned needs = marker == AGENT_TLS ? AGENT_MAY_TLS
	    : marker == AGENT_PLAIN          ? AGENT_MAY_PLAIN
					     : AGENT_MAY_SYMMETRIC;
	char text[41];

	if (marker == AGENT_UNKNOWN) {
		show(begin, text);
		err_set(err_r,
		    "This is not an agent: the answer%s begins with \"%s\" in "
		    "place of \"<<<\"%s",
		    inside ? " within TLS" : "", text,
		    inside ? "" : " (is the port right?)");
		return false;
	}
	if (!inside && p->uuid[0] != '\0' &&
	    (marker != AGENT_TLS || !(p->may & AGENT_MAY_TLS))) {
		refuse_registered(p, host, marker, err_r);
		return false;
	}
	/* What came through TLS is encrypted. */
	if (!(p->may & needs) && !(inside && marker != AGENT_TLS)) {
		refuse_setting(p, host, marker, err_r);
		return false;
	}
	if (marker == AGENT_TLS)
		return tls_possible(p, host, inside, err_r);
	if (marker == AGENT_SYMMETRIC && p->passphrase_file == NULL) {
		err_set(err_r,
		    "The agent's output is encrypted by a passphrase (form "
		    "%.2s), but the host has none (set agent.passphrase_file, "
		    "or switch encryption off in the agent's configuration)",
		    begin.s);
		return false;
	}
	return true;
}
