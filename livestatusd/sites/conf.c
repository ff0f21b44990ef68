/* SPDX-License-Identifier: Apache-2.0
 *
 * The key `sites`; see conf.h.
 */
#include "livestatusd/sites/conf.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEM_MAX        (4u << 20)
#define MACHINE_TRUSTS "/etc/ssl/certs/ca-certificates.crt"

static char *
text_of(const json_t *doc, const char *key, const char *if_absent)
{
	const char *s = json_string_value(json_object_get(doc, key));

	if (s == NULL)
		s = if_absent;
	return s == NULL ? NULL : xstrdup(s);
}

static int64_t
duration_ns(const json_t *v, int64_t if_absent)
{
	int64_t ms;

	if (json_is_number(v))
		return (int64_t)(json_number_value(v) * 1e9);
	if (json_is_string(v) &&
	    num_duration_ms(slice_of(json_string_value(v)), &ms))
		return ms * NS_PER_MS;
	return if_absent;
}

/* "host:6557", "[::1]:6557", "/path". */
static void
split_address(struct site_conf *c)
{
	const char *colon = strrchr(c->address, ':');
	const char *host = c->address;
	size_t n;

	if (c->address[0] == '/') {
		c->path = xstrdup(c->address);
		return;
	}
	n = colon == NULL ? strlen(host) : (size_t)(colon - host);
	c->port = xstrdup(colon == NULL ? "6557" : colon + 1);
	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	c->host = xstrndup(host, n);
}

void
site_conf_read(struct site_conf *c, const char *name, const json_t *doc)
{
	const json_t *status = json_object_get(doc, "status_host");

	*c = (struct site_conf){.name = xstrdup(name),
	    .json = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS),
	    .alias = text_of(doc, "alias", name),
	    .address = text_of(doc, "address", ""),
	    .url_prefix = text_of(doc, "url_prefix", ""),
	    .ca = text_of(doc, "ca", NULL),
	    .cert = text_of(doc, "cert", NULL),
	    .key = text_of(doc, "key", NULL),
	    .status_site = text_of(status, "site", NULL),
	    .status_host = text_of(status, "host", NULL),
	    .timeout_ns =
		duration_ns(json_object_get(doc, "timeout"), SITE_TIMEOUT_NS),
	    .tls = !json_is_false(json_object_get(doc, "tls")),
	    .persist = !json_is_false(json_object_get(doc, "persist")),
	    .disabled = json_is_true(json_object_get(doc, "disabled"))};
	if (c->status_site != NULL && c->status_host != NULL)
		c->status_key =
		    xasprintf("%s/%s", c->status_site, c->status_host);
	split_address(c);
	if (c->path != NULL)
		c->tls = false;
}

void
site_conf_deinit(struct site_conf *c)
{
	char *const texts[] = {c->name, c->json, c->alias, c->address,
	    c->url_prefix, c->path, c->host, c->port, c->ca, c->cert, c->key,
	    c->status_site, c->status_host, c->status_key};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free(texts[i]);
	*c = (struct site_conf){0};
}

/* PEM as it is, or the file that has it. */
static int
read_pem(const char *value, struct str *to, struct err *err_r)
{
	char buf[65536];
	FILE *f;
	size_t n;

	if (value == NULL)
		return 0;
	if (value[0] != '/') {
		str_add(to, value);
		return 0;
	}
	f = fopen(value, "re");
	if (f == NULL) {
		err_set(err_r, "%s: %s", value, strerror(errno));
		return -1;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0 && to->len < PEM_MAX)
		str_addn(to, buf, n);
	fclose(f);
	return 0;
}

int
site_conf_tls(const struct site_conf *c, SSL_CTX **ctx_r, struct err *err_r)
{
	struct str ca = {0}, cert = {0}, key = {0};
	struct tls_client t;

	*ctx_r = NULL;
	if (!c->tls)
		return 0;
	if (read_pem(c->ca == NULL ? MACHINE_TRUSTS : c->ca, &ca, err_r) == 0 &&
	    read_pem(c->cert, &cert, err_r) == 0 &&
	    read_pem(c->key, &key, err_r) == 0) {
		t = (struct tls_client){
		    str_slice(&cert), str_slice(&key), str_slice(&ca)};
		*ctx_r = tls_client_context(&t, err_r);
	}
	str_free(&ca);
	str_free(&cert);
	if (key.len > 0)
		memset(key.s, 0, key.len);
	str_free(&key);
	return *ctx_r == NULL ? -1 : 0;
}
