/* SPDX-License-Identifier: Apache-2.0
 *
 * See influx.h: the setting, and lines.
 */
#include "common/influx.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/utf8.h"
#include "common/web.h"

#include <inttypes.h>
#include <stdlib.h>

#define SECRET_MAX 4096

bool
influx_is_on(const json_t *setting)
{
	return json_object_get(setting, "url") != NULL;
}

void
influx_conf_free(struct influx_conf **cp)
{
	struct influx_conf *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	if (c->authorization != NULL)
		explicit_bzero(c->authorization, strlen(c->authorization));
	free(c->write_url);
	free(c->query_url);
	free(c->authorization);
	free(c->ca);
	free(c->measurement);
	free(c->tags);
	free(c->matchers);
	free(c);
}

/* --- texts ---------------------------------------------------------------- */

void
influx_plain(struct str *to, struct slice name)
{
	size_t at = to->len;

	utf8_clean(to, name);
	for (; at < to->len; at++) {
		if (to->s[at] == '\\')
			to->s[at] = '/';
		else if ((unsigned char)to->s[at] < ' ' || to->s[at] == 0x7f)
			to->s[at] = ' ';
	}
}

/* A measurement, a tag's name or its value. */
static void
add_tag(struct str *to, struct slice name)
{
	struct str plain = {0};

	influx_plain(&plain, name);
	for (size_t i = 0; i < plain.len; i++) {
		if (strchr(", =", plain.s[i]) != NULL)
			str_addc(to, '\\');
		str_addc(to, plain.s[i]);
	}
	str_free(&plain);
}

void
influx_match(struct str *to, const char *name, struct slice value)
{
	struct str plain = {0};

	influx_plain(&plain, value);
	str_addf(to, ",%s=\"", name);
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.s[i] == '"')
			str_addc(to, '\\');
		str_addc(to, plain.s[i]);
	}
	str_addc(to, '"');
	str_free(&plain);
}

static bool
is_label(const char *name)
{
	return name[0] != '\0' && strspn(name, "0123456789") == 0 &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_") == strlen(name);
}

/* --- the setting ---------------------------------------------------------- */

static const char *
text_of(const json_t *setting, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(setting, key));

	return text == NULL || *text == '\0' ? otherwise : text;
}

static char *
path_of(const char *root, const char *file)
{
	return file[0] == '/' ? xstrdup(file) : xasprintf("%s/%s", root, file);
}

static char *
read_secret(
    const json_t *setting, const char *key, const char *root, struct err *err_r)
{
	char *path = path_of(root, text_of(setting, key, "")), *secret = NULL;
	struct str text = {0};

	if (file_read(path, SECRET_MAX, &text, err_r) == 0)
		secret = slice_dup(slice_trim(str_slice(&text)));
	else
		err_prefix(err_r, "metrics.influx");
	if (secret != NULL && strpbrk(secret, "\r\n") != NULL) {
		err_set(err_r, "metrics.influx.%s: one line is expected", key);
		free(secret);
		secret = NULL;
	}
	if (text.len > 0)
		explicit_bzero(text.s, text.len);
	str_free(&text);
	free(path);
	return secret;
}

static void
add_base64(struct str *to, struct slice bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t v = (uint32_t)(unsigned char)bytes.s[i] << 16;

		if (left > 1)
			v |= (uint32_t)(unsigned char)bytes.s[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)bytes.s[i + 2];
		str_addc(to, digits[v >> 18]);
		str_addc(to, digits[v >> 12 & 63]);
		str_addc(to, left > 1 ? digits[v >> 6 & 63] : '=');
		str_addc(to, left > 2 ? digits[v & 63] : '=');
	}
}

/* "Token T" is InfluxDB 2's form, Basic that of InfluxDB 1 and of proxies. */
static int
read_authorization(struct influx_conf *c, const json_t *setting,
    const char *root, struct err *err_r)
{
	const char *user = text_of(setting, "user", NULL);
	bool token = text_of(setting, "token_file", NULL) != NULL;
	struct str pair = {0}, out = {0};
	char *secret;

	if (user == NULL && !token)
		return 0;
	if (user != NULL && text_of(setting, "password_file", NULL) == NULL) {
		err_set(err_r, "metrics.influx.user: needs password_file");
		return -1;
	}
	secret = read_secret(
	    setting, token ? "token_file" : "password_file", root, err_r);
	if (secret == NULL)
		return -1;
	if (token)
		str_addf(&out, "Token %s", secret);
	else {
		str_addf(&pair, "%s:%s", user, secret);
		str_add(&out, "Basic ");
		add_base64(&out, str_slice(&pair));
		explicit_bzero(pair.s, pair.len);
	}
	explicit_bzero(secret, strlen(secret));
	free(secret);
	str_free(&pair);
	c->authorization = str_steal(&out);
	return 0;
}

static int
read_urls(struct influx_conf *c, const json_t *setting, struct err *err_r)
{
	const char *url = text_of(setting, "url", "");
	const char *query = text_of(setting, "query_url", url);
	const char *bucket = text_of(setting, "bucket", NULL);
	const char *organisation = text_of(setting, "organisation", NULL);
	const char *database = text_of(setting, "database", NULL);
	bool secret = c->authorization != NULL;
	struct str out = {0};

	if (!web_is_fit(url, secret) || !web_is_fit(query, secret)) {
		bool plain = web_is_fit(url, false) && web_is_fit(query, false);

		err_set(err_r, "metrics.influx.url: %s",
		    plain ? "the secret would be readable on the way: https:// "
			    "is expected"
			  : "expected http://HOST:PORT or https://HOST:PORT");
		return -1;
	}
	str_addf(&out, "%.*s", (int)strcspn(url, "?#"), url);
	while (out.len > 0 && out.s[out.len - 1] == '/')
		out.len--;
	str_add(&out,
	    bucket != NULL ? "/api/v2/write?precision=s"
			   : "/write?precision=s");
	if (bucket != NULL) {
		str_add(&out, "&bucket=");
		web_escape(&out, slice_of(bucket));
	}
	if (organisation != NULL) {
		str_add(&out, "&org=");
		web_escape(&out, slice_of(organisation));
	}
	if (bucket == NULL && database != NULL) {
		str_add(&out, "&db=");
		web_escape(&out, slice_of(database));
	}
	c->write_url = str_steal(&out);
	str_addf(&out, "%.*s", (int)strcspn(query, "?#"), query);
	while (out.len > 0 && out.s[out.len - 1] == '/')
		out.len--;
	str_add(&out, "/api/v1/query_range");
	c->query_url = str_steal(&out);
	return 0;
}

static int
add_own_tag(struct str *line, struct str *match, const char *name,
    const char *value, struct err *err_r)
{
	if (!is_label(name) || strcmp(name, "host") == 0 ||
	    strcmp(name, "service") == 0 || strcmp(name, "metric") == 0 ||
	    *value == '\0') {
		err_set(err_r,
		    "metrics.influx.tags: %.60s: expected a name of letters, "
		    "digits and _ (not host, service, metric) with a text",
		    name);
		return -1;
	}
	str_addf(line, ",%s=", name);
	add_tag(line, slice_of(value));
	influx_match(match, name, slice_of(value));
	return 0;
}

static int
read_tags(struct influx_conf *c, const json_t *setting, const char *site,
    struct err *err_r)
{
	json_t *tags = json_object_get(setting, "tags"), *value;
	struct str line = {0}, match = {0};
	const char *name;
	int rc = 0;

	if (json_object_get(tags, "site") == NULL)
		rc = add_own_tag(&line, &match, "site", site, err_r);
	json_object_foreach(tags, name, value)
	{
		const char *text = json_string_value(value);

		if (rc == 0)
			rc = add_own_tag(&line, &match, name,
			    text == NULL ? "" : text, err_r);
	}
	c->tags = str_steal(&line);
	c->matchers = str_steal(&match);
	return rc;
}

struct influx_conf *
influx_conf_read(const json_t *setting, const char *root, const char *site,
    struct err *err_r)
{
	struct influx_conf *c = xnew(struct influx_conf);
	const char *ca = text_of(setting, "ca", NULL);
	int64_t timeout = 10000;

	num_duration_ms(slice_of(text_of(setting, "timeout", "10s")), &timeout);
	*c = (struct influx_conf){.timeout_ms = timeout,
	    .graphs = json_is_true(json_object_get(setting, "graphs")),
	    .ca = ca == NULL ? NULL : path_of(root, ca),
	    .measurement = xstrdup(text_of(setting, "measurement", "vedette"))};
	if (!is_label(c->measurement))
		err_set(err_r,
		    "metrics.influx.measurement: expected letters, digits, _");
	else if (read_authorization(c, setting, root, err_r) == 0 &&
	    read_urls(c, setting, err_r) == 0 &&
	    read_tags(c, setting, site, err_r) == 0)
		return c;
	influx_conf_free(&c);
	return NULL;
}

/* --- lines ---------------------------------------------------------------- */

void
influx_line(struct str *to, const struct influx_conf *c, struct slice host,
    struct slice service, struct slice metric, double value, int64_t time)
{
	str_add(to, c->measurement);
	str_add(to, c->tags);
	str_add(to, ",host=");
	add_tag(to, host);
	str_add(to, ",metric=");
	add_tag(to, metric);
	if (service.len > 0) {
		str_add(to, ",service=");
		add_tag(to, service);
	}
	str_addf(to, " value=%.15g %" PRId64 "\n", value, time);
}
