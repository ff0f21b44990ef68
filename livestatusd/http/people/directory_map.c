/* SPDX-License-Identifier: Apache-2.0
 *
 * From a directory's groups to a role and contact groups, and what the
 * configuration says of a directory; see directory.h.
 */
#include "livestatusd/http/people/directory.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool
directory_is_on(const json_t *conf)
{
	return json_object_get(conf, "url") != NULL;
}

int64_t
directory_duration(const json_t *conf, const char *key)
{
	const char *text = json_string_value(json_object_get(conf, key));
	int64_t ms;

	if (text != NULL && num_duration_ms(slice_of(text), &ms) && ms > 0)
		return ms;
	return strcmp(key, "timeout") == 0 ? 5000 : INT64_C(15) * 60 * 1000;
}

bool
directory_is_loopback(struct slice url)
{
	static const char *const names[] = {"localhost", "127.", "[::1]"};
	char *text = slice_dup(url), *host = strstr(text, "://");
	bool is = false;

	for (size_t i = 0; host != NULL && i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);
		const char *end = host + 3 + strcspn(host + 3, "/");

		if (strncasecmp(host + 3, names[i], n) != 0)
			continue;
		if (i != 1)
			is = host[3 + n] == ':' || host + 3 + n == end;
		else /* a number, no name that begins like one */
			is = host + 3 + strspn(host + 3, "0123456789.:") == end;
		if (is)
			break;
	}
	free(text);
	return is;
}

static int
check_url(const json_t *conf, struct slice url, struct err *err_r)
{
	const json_t *starttls = json_object_get(conf, "starttls");

	if (slice_starts(url, "ldaps://") && url.len > 8)
		return 0;
	if (!slice_starts(url, "ldap://") || url.len <= 7) {
		err_set(
		    err_r, "ldap.url: expected ldaps://HOST or ldap://HOST");
		return -1;
	}
	if (json_is_false(starttls) && !directory_is_loopback(url)) {
		err_set(err_r,
		    "ldap.starttls: passwords would be readable on the way to "
		    "%.*s; use TLS, or a server on loopback",
		    (int)url.len, url.s);
		return -1;
	}
	return 0;
}

int
directory_conf_check(const json_t *conf, struct err *err_r)
{
	const char *url = json_string_value(json_object_get(conf, "url"));
	struct slice rest = slice_of(url), one;

	if (json_object_size(conf) == 0)
		return 0;
	if (url == NULL || *url == '\0' ||
	    json_object_get(conf, "user_base") == NULL) {
		err_set(err_r, "ldap: url and user_base are needed");
		return -1;
	}
	while (slice_word(&rest, &one))
		if (check_url(conf, one, err_r) == -1)
			return -1;
	if (json_object_get(conf, "password_file") != NULL &&
	    json_object_get(conf, "bind_dn") == NULL) {
		err_set(err_r, "ldap.password_file: needs ldap.bind_dn");
		return -1;
	}
	if (json_object_size(json_object_get(conf, "roles")) == 0 &&
	    json_object_get(conf, "default_role") == NULL) {
		err_set(err_r,
		    "ldap: nobody could log in; ldap.roles or "
		    "ldap.default_role is needed");
		return -1;
	}
	return 0;
}

void
directory_escape(struct slice value, struct str *to)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.s[i];

		if (c == '*' || c == '(' || c == ')' || c == '\\' || c < ' ' ||
		    c >= 0x7f)
			str_addf(to, "\\%02x", c);
		else
			str_addc(to, (char)c);
	}
}

char *
directory_dn_normal(const char *text)
{
	char *normal = NULL, *copy;
	LDAPDN dn = NULL;

	if (ldap_str2dn(text, &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return NULL;
	if (ldap_dn2str(dn, &normal, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		normal = NULL;
	ldap_dnfree(dn);
	if (normal == NULL)
		return NULL;
	copy = xstrdup(normal);
	ldap_memfree(normal);
	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static bool
has(const json_t *list, const char *text)
{
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)(uintptr_t)list, i,
	    one) if (strcasecmp(json_string_value(one), text) == 0) return true;
	return false;
}

static bool
is_in(const json_t *wanted, const json_t *dns, const json_t *names)
{
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)(uintptr_t)wanted, i, one)
	{
		const char *text = json_string_value(one);
		char *dn = strchr(text, '=') == NULL
		    ? NULL
		    : directory_dn_normal(text);
		bool found = dn != NULL ? has(dns, dn) : has(names, text);

		free(dn);
		if (found)
			return true;
	}
	return false;
}

void
directory_map(const json_t *conf, const json_t *dns, const json_t *names,
    struct directory_person *p)
{
	json_t *roles = json_object_get(conf, "roles"), *wanted;
	const char *name,
	    *other = json_string_value(json_object_get(conf, "default_role"));

	json_object_foreach(roles, name, wanted)
	{
		if (p->role == NULL && is_in(wanted, dns, names))
			p->role = xstrdup(name);
	}
	if (p->role == NULL && other != NULL)
		p->role = xstrdup(other);
	p->contact_groups = json_array();
	json_object_foreach(
	    json_object_get(conf, "contact_groups"), name, wanted)
	{
		if (is_in(wanted, dns, names))
			json_array_append_new(
			    p->contact_groups, json_string(name));
	}
}
