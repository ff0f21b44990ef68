/* SPDX-License-Identifier: Apache-2.0
 *
 * One datagram to the trap port: whatever comes, what is made of it is valid
 * text, and nothing unauthenticated passes for a user with a key.
 */
#include "common/log.h"
#include "common/utf8.h"
#include "eventd/trap/base.h"
#include "eventd/trap/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct trap_reader *reader;
static struct trap_options options;
static struct trap_text text;
static struct mib *mib;

static void
check(struct slice s)
{
	must(utf8_valid(s));
	for (size_t i = 0; i < s.len; i++)
		must((unsigned char)s.s[i] >= 0x20 && s.s[i] != 0x7f);
}

static void
on_trap(const struct trap *t, void *arg)
{
	struct trap_answer *answer;
	struct message m;

	(void)arg;
	must(t->pdu->version != SNMP_VERSION_3 ||
	    strcmp(t->pdu->securityName, "open") == 0);
	trap_message(&text, t->pdu, "192.0.2.7", &options, NULL, 1, &m);
	check(m.text);
	check(m.application);
	check(m.host);
	trap_message(&text, t->pdu, "192.0.2.7", &options, mib, 1, &m);
	check(m.text);
	check(m.application);
	if (!t->inform)
		return;
	answer = trap_answer_new(reader, t);
	trap_answer_send(reader, answer);
	trap_answer_free(&answer);
}

static void
on_refused(enum trap_refusal why, struct slice packet,
    const struct trap_peer *peer, const struct err *reason, void *arg)
{
	(void)packet;
	(void)peer;
	(void)arg;
	must(why < TRAP_REFUSED_COUNT && reason->text[0] != '\0');
}

static void
on_send(struct slice packet, const struct trap_peer *to, void *arg)
{
	(void)to;
	(void)arg;
	must(packet.len > 0);
}

static void
on_learned(const char *user, const struct engine_id *engine,
    const struct trap_peer *peer, void *arg)
{
	(void)user;
	(void)engine;
	(void)peer;
	(void)arg;
	must(false); /* that would need the key */
}

static void
start(void)
{
	static const struct trap_handlers handlers = {.trap = on_trap,
	    .refused = on_refused,
	    .send = on_send,
	    .learned = on_learned};
	static const char config[] =
	    "{\"snmp\": {\"communities\": [\"public\"], \"relays\": "
	    "[\"192.0.2.0/24\"], \"users\": ["
	    "{\"name\": \"open\", \"engine_ids\": [\"8000000005aabbccddee\"]},"
	    "{\"name\": \"shut\", \"engine_ids\": [\"8000000005aabbccddee\"],"
	    " \"learn\": true, \"auth\": [\"sha\", \"authsecret\"],"
	    " \"priv\": [\"aes\", \"privsecret\"]}]}}";
	static const struct engine_id own = {{0x80, 0, 0, 0, 5, 0, 0, 0, 1}, 9};
	struct str mistakes = {0};
	json_t *doc = json_loads(config, 0, NULL);
	struct err err = {""};
	struct reader r;

	reader_init(&r, doc, &mistakes, "eventd");
	trap_options_read(&options, &r);
	must(mistakes.len == 0);
	json_decref(doc);
	mib = mib_base();
	reader = trap_reader_new(&own, 1, &handlers);
	must(trap_reader_set(reader, &options, &err) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trap_peer peer = {.fd = -1};

	if (reader == NULL)
		start();
	if (size > 65535)
		return 0;
	trap_read(reader, (struct slice){(const char *)data, size}, &peer);
	return 0;
}
