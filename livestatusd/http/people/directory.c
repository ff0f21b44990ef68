/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking a directory, in a thread; see directory.h.
 */
#include "livestatusd/http/people/directory.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <ldap.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEPTH_MAX 5
#define WATCH_MS  200

struct directory_check {
	uv_work_t work;
	directory_done_fn *done; /* NULL: forgotten */
	void *arg;
	json_t *conf; /* its own: threads share no counts */
	char *name, *password;
	struct directory_person person;
	/*
	 * libldap's TLS waits without end for a server that says nothing: the
	 * loop shuts the connection down when a step takes too long.
	 */
	uv_timer_t watch;
	uv_mutex_t lock;
	int fd;        /* of the connection, our own duplicate; -1: none */
	int64_t until; /* monotonic, of this step */
};

static unsigned under_way; /* the loop's alone */

static const char *
conf_text(const json_t *conf, const char *key, const char *other)
{
	const char *text = json_string_value(json_object_get(conf, key));

	return text == NULL || *text == '\0' ? other : text;
}

/* --- in the thread -------------------------------------------------------- */

static void
set_watched(struct directory_check *c, int fd)
{
	uv_mutex_lock(&c->lock);
	if (c->fd != -1)
		close(c->fd);
	c->fd = fd;
	uv_mutex_unlock(&c->lock);
}

static void
begin_step(struct directory_check *c)
{
	uv_mutex_lock(&c->lock);
	c->until =
	    clock_mono() + directory_duration(c->conf, "timeout") * NS_PER_MS;
	uv_mutex_unlock(&c->lock);
}

/*
 * The connection is there: from now on it blocks, because libldap would turn
 * round and round while a handshake waits.
 */
static int
on_connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url, struct sockaddr *address,
    struct ldap_conncb *cb)
{
	struct directory_check *c = cb->lc_arg;
	int fd = -1;

	(void)url;
	(void)address;
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, NULL);
	if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) == 1 && fd != -1)
		set_watched(c, dup(fd));
	begin_step(c);
	return 0;
}

static void
on_disconnected(LDAP *ld, Sockbuf *sb, struct ldap_conncb *cb)
{
	(void)ld;
	(void)sb;
	(void)cb;
}

static int
failed(struct directory_check *c, LDAP *ld, int rc, const char *what)
{
	char *detail = NULL;

	if (ld != NULL)
		ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	err_set(&c->person.why, "%s: %s%s%s", what, ldap_err2string(rc),
	    detail != NULL && *detail != '\0' ? ": " : "",
	    detail == NULL ? "" : detail);
	if (detail != NULL)
		ldap_memfree(detail);
	c->person.how = DIRECTORY_FAILED;
	return -1;
}

static int
bind_as(
    struct directory_check *c, LDAP *ld, const char *dn, const char *password)
{
	struct berval secret = {strlen(password), (char *)(uintptr_t)password};

	begin_step(c);
	return ldap_sasl_bind_s(
	    ld, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
}

static int
bind_searcher(struct directory_check *c, LDAP *ld)
{
	const char *path = conf_text(c->conf, "password_file", NULL);
	const char *dn = conf_text(c->conf, "bind_dn", "");
	struct str text = {0};
	char *password;
	int rc;

	if (path != NULL &&
	    file_read(path, 4096, &text, &c->person.why) == -1) {
		err_prefix(&c->person.why, "ldap.password_file");
		c->person.how = DIRECTORY_FAILED;
		return -1;
	}
	password = slice_dup(slice_trim(str_slice(&text)));
	rc = bind_as(c, ld, dn, password);
	explicit_bzero(password, strlen(password));
	if (text.len > 0)
		explicit_bzero(text.s, text.len);
	free(password);
	str_free(&text);
	return rc == LDAP_SUCCESS ? 0 : failed(c, ld, rc, "ldap.bind_dn");
}

/* Nothing of the machine's ldap.conf weakens these. */
static void
set_options(struct directory_check *c, LDAP *ld)
{
	int64_t ms = directory_duration(c->conf, "timeout");
	struct timeval t = {ms / 1000, ms % 1000 * 1000};
	const char *ca = conf_text(c->conf, "ca", NULL);
	int version = LDAP_VERSION3, always = LDAP_OPT_X_TLS_DEMAND, client = 0;
	int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;

	ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &t);
	ldap_set_option(ld, LDAP_OPT_TIMEOUT, &t);
	ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &always);
	ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
	if (ca != NULL)
		ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, ca);
	ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
}

static LDAP *
connect_one(struct directory_check *c, const char *url, struct ldap_conncb *cb)
{
	LDAP *ld = NULL;
	int rc = ldap_initialize(&ld, url);

	if (rc != LDAP_SUCCESS) {
		failed(c, NULL, rc, url);
		return NULL;
	}
	set_options(c, ld);
	ldap_set_option(ld, LDAP_OPT_CONNECT_CB, cb);
	if (strncasecmp(url, "ldaps:", 6) != 0 &&
	    !json_is_false(json_object_get(c->conf, "starttls")) &&
	    (rc = ldap_start_tls_s(ld, NULL, NULL)) != LDAP_SUCCESS)
		failed(c, ld, rc, url);
	else if (bind_searcher(c, ld) == 0)
		return ld;
	else
		err_prefix(&c->person.why, "%s", url);
	ldap_unbind_ext_s(ld, NULL, NULL);
	set_watched(c, -1);
	return NULL;
}

/* The first server that takes us. */
static LDAP *
connect_any(struct directory_check *c, struct ldap_conncb *cb)
{
	struct slice rest = slice_of(conf_text(c->conf, "url", "")), one;
	LDAP *ld = NULL;

	while (ld == NULL && slice_word(&rest, &one)) {
		char *url = slice_dup(one);

		ld = connect_one(c, url, cb);
		free(url);
	}
	return ld;
}

static int
search(struct directory_check *c, LDAP *ld, const char *base,
    const char *filter, char **attributes, int most, LDAPMessage **found_r)
{
	int rc;

	*found_r = NULL;
	begin_step(c);
	rc = ldap_search_ext_s(ld, base, LDAP_SCOPE_SUBTREE, filter, attributes,
	    0, NULL, NULL, NULL, most, found_r);
	if (rc == LDAP_SUCCESS || rc == LDAP_SIZELIMIT_EXCEEDED)
		return 0;
	ldap_msgfree(*found_r);
	*found_r = NULL;
	return failed(c, ld, rc, base);
}

/* The first value of an attribute; freed by the caller. */
static char *
value_of(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	struct berval **values = ldap_get_values_len(ld, entry, attribute);
	char *text = NULL;

	if (values != NULL && values[0] != NULL)
		text = xstrndup(values[0]->bv_val, values[0]->bv_len);
	ldap_value_free_len(values);
	return text;
}

/*
 * The one entry with that id. Servers compare as they like (case, blanks): what
 * they found must be what was typed.
 */
static int
find_person(struct directory_check *c, LDAP *ld)
{
	const char *id = conf_text(c->conf, "user_id", "uid");
	const char *alias = conf_text(c->conf, "user_alias", "cn");
	char *wanted[] = {
	    (char *)(uintptr_t)id, (char *)(uintptr_t)alias, NULL};
	struct str filter = {0};
	LDAPMessage *found;
	char *dn, *real = NULL;
	int rc;

	str_addf(&filter, "(&%s(%s=",
	    conf_text(c->conf, "user_filter", "(objectClass=person)"), id);
	directory_escape(slice_of(c->name), &filter);
	str_add(&filter, "))");
	rc = search(c, ld, conf_text(c->conf, "user_base", ""),
	    str_get(&filter), wanted, 2, &found);
	str_free(&filter);
	if (rc == -1)
		return -1;
	c->person.how = DIRECTORY_REFUSED;
	if (ldap_count_entries(ld, found) == 1) {
		LDAPMessage *entry = ldap_first_entry(ld, found);

		real = value_of(ld, entry, id);
		c->person.alias = value_of(ld, entry, alias);
		if (real != NULL && strcasecmp(real, c->name) == 0 &&
		    (dn = ldap_get_dn(ld, entry)) != NULL) {
			c->person.dn = xstrdup(dn);
			ldap_memfree(dn);
		}
	}
	free(real);
	ldap_msgfree(found);
	return c->person.dn == NULL ? -1 : 0;
}

/* Groups with one of these members; new ones are appended to all lists. */
static int
find_groups_of(struct directory_check *c, LDAP *ld, const json_t *members,
    size_t from, json_t *raw, json_t *dns, json_t *names)
{
	char *wanted[] = {(char *)(uintptr_t) "cn", NULL};
	struct str filter = {0};
	LDAPMessage *found, *e;
	int rc;

	str_addf(&filter, "(&%s(|",
	    conf_text(c->conf, "group_filter", "(objectClass=*)"));
	for (size_t i = from; i < json_array_size(members); i++) {
		const char *dn = json_string_value(json_array_get(members, i));

		str_add(&filter, "(member=");
		directory_escape(slice_of(dn), &filter);
		str_add(&filter, ")(uniqueMember=");
		directory_escape(slice_of(dn), &filter);
		str_add(&filter, ")");
	}
	if (members != raw) { /* the person: groups of names, too */
		str_add(&filter, "(memberUid=");
		directory_escape(slice_of(c->name), &filter);
		str_add(&filter, ")");
	}
	str_add(&filter, "))");
	rc = search(c, ld, conf_text(c->conf, "group_base", ""),
	    str_get(&filter), wanted, DIRECTORY_GROUPS_MAX, &found);
	str_free(&filter);
	if (rc == -1)
		return -1;
	for (e = ldap_first_entry(ld, found); e != NULL;
	     e = ldap_next_entry(ld, e)) {
		char *dn = ldap_get_dn(ld, e), *cn = value_of(ld, e, "cn");
		char *normal = dn == NULL ? NULL : directory_dn_normal(dn);
		bool known = normal == NULL ||
		    json_array_size(dns) >= DIRECTORY_GROUPS_MAX;

		for (size_t i = 0; !known && i < json_array_size(dns); i++)
			known =
			    strcmp(json_string_value(json_array_get(dns, i)),
				normal) == 0;
		if (!known) {
			json_array_append_new(raw, json_string(dn));
			json_array_append_new(dns, json_string(normal));
			json_array_append_new(
			    names, json_string(cn == NULL ? "" : cn));
		}
		free(normal);
		free(cn);
		ldap_memfree(dn);
	}
	ldap_msgfree(found);
	return 0;
}

static int
find_groups(struct directory_check *c, LDAP *ld)
{
	json_t *person = json_pack("[s]", c->person.dn);
	json_t *raw = json_array(), *dns = json_array(), *names = json_array();
	bool nested = json_is_true(json_object_get(c->conf, "nested"));
	size_t from = 0, until = 0;
	int rc = 0;

	if (conf_text(c->conf, "group_base", NULL) != NULL)
		rc = find_groups_of(c, ld, person, 0, raw, dns, names);
	for (int depth = 0; rc == 0 && nested && depth < DEPTH_MAX; depth++) {
		from = until;
		until = json_array_size(raw);
		if (from == until)
			break;
		rc = find_groups_of(c, ld, raw, from, raw, dns, names);
	}
	if (rc == 0)
		directory_map(c->conf, dns, names, &c->person);
	json_decref(person);
	json_decref(raw);
	json_decref(dns);
	json_decref(names);
	return rc;
}

/* An empty password would be an anonymous bind, which succeeds (RFC 4513). */
static void
try_password(struct directory_check *c, LDAP *ld, const char *dn)
{
	int rc = c->password[0] == '\0' ? LDAP_INVALID_CREDENTIALS
					: bind_as(c, ld, dn, c->password);

	c->person.how = DIRECTORY_REFUSED;
	if (rc == LDAP_SUCCESS)
		c->person.how = DIRECTORY_OK;
	else if (LDAP_API_ERROR(rc) || rc == LDAP_BUSY ||
	    rc == LDAP_UNAVAILABLE)
		failed(c, ld, rc, "login");
}

static void
ask(uv_work_t *work)
{
	struct directory_check *c = work->data;
	struct ldap_conncb cb = {on_connected, on_disconnected, c};
	LDAP *ld = connect_any(c, &cb);

	if (ld == NULL)
		return;
	if (find_person(c, ld) == 0) {
		if (find_groups(c, ld) == -1)
			c->person.how = DIRECTORY_FAILED;
		else if (c->password != NULL)
			try_password(c, ld, c->person.dn);
		else
			c->person.how = DIRECTORY_OK;
		if (c->person.how == DIRECTORY_OK && c->person.role == NULL)
			c->person.how = DIRECTORY_NO_ROLE;
	} else if (c->person.how == DIRECTORY_REFUSED && c->password != NULL) {
		/* An unknown name costs the same. */
		bind_as(c, ld, conf_text(c->conf, "user_base", ""),
		    c->password[0] == '\0' ? "-" : c->password);
	}
	begin_step(c);
	ldap_unbind_ext_s(ld, NULL, NULL);
	set_watched(c, -1);
}

/* --- on the loop ---------------------------------------------------------- */

static void
on_watch(uv_timer_t *timer)
{
	struct directory_check *c = timer->data;

	uv_mutex_lock(&c->lock);
	if (c->fd != -1 && clock_mono() > c->until)
		shutdown(c->fd, SHUT_RDWR);
	uv_mutex_unlock(&c->lock);
}

static void
on_closed(uv_handle_t *handle)
{
	struct directory_check *c = handle->data;

	uv_mutex_destroy(&c->lock);
	free(c);
}

static void
after(uv_work_t *work, int status)
{
	struct directory_check *c = work->data;
	struct directory_person *p = &c->person;

	(void)status;
	under_way--;
	if (c->done != NULL)
		c->done(c->arg, p);
	if (c->password != NULL)
		OPENSSL_cleanse(c->password, strlen(c->password));
	free(c->password);
	free(c->name);
	json_decref(c->conf);
	free(p->dn);
	free(p->alias);
	free(p->role);
	json_decref(p->contact_groups);
	uv_close((uv_handle_t *)&c->watch, on_closed);
}

struct directory_check *
directory_start(uv_loop_t *loop, const json_t *conf, const char *name,
    const char *password, directory_done_fn *done, void *arg)
{
	struct directory_check *c;

	if (under_way >= DIRECTORY_AT_ONCE)
		return NULL;
	c = xnew(struct directory_check);
	c->conf = json_deep_copy(conf);
	c->name = xstrdup(name);
	c->password = password == NULL ? NULL : xstrdup(password);
	c->done = done;
	c->arg = arg;
	c->person.how = DIRECTORY_FAILED;
	err_set(&c->person.why, "ldap.url: no server");
	c->work.data = c->watch.data = c;
	c->fd = -1;
	must(uv_mutex_init(&c->lock) == 0);
	must(uv_timer_init(loop, &c->watch) == 0);
	uv_timer_start(&c->watch, on_watch, WATCH_MS, WATCH_MS);
	under_way++;
	must(uv_queue_work(loop, &c->work, ask, after) == 0);
	return c;
}

void
directory_forget(struct directory_check *c)
{
	c->done = NULL;
}
