/* SPDX-License-Identifier: Apache-2.0
 *
 * Views: an address with a token, for a screen on the wall. It shows some
 * pages with the eyes of the person who made it, and can change nothing. The
 * browser sends "Authorization: View TOKEN"; the token stands behind the `#` of
 * the address, which browsers keep for themselves.
 */
#include "common/mem.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/profile.h"
#include "livestatusd/http/people/who.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <strings.h>

/* Pages that a view may have, with the tables that they ask for. */
static const struct {
	const char *page;
	const char *tables[3];
} pages[] = {
    {"problems", {"hosts", "services"}},
    {"hosts", {"hosts"}},
    {"services", {"services"}},
    {"groups", {"hostgroups", "servicegroups"}},
    {"events", {"eventconsoleevents"}},
    {"downtimes", {"downtimes"}},
    {"topology", {"hosts"}},
    {"aggregations", {"aggregations"}},
};
/* What every view asks for. */
static const char *const addresses[] = {
    "console/me", "console/overview", "console/list", "console/live"};

bool
view_has_page(const char *name)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(pages); i++)
		if (strcmp(pages[i].page, name) == 0)
			return true;
	return false;
}

json_t *
view_pages(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		json_array_append_new(list, json_string(pages[i].page));
	return list;
}

static bool
has_page(const json_t *view, const char *page)
{
	json_t *list = json_object_get(view, "pages");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));

		if (one != NULL && strcmp(one, page) == 0)
			return true;
	}
	return false;
}

bool
view_may_ask(const struct http_request *r)
{
	if (strcmp(r->path, "console/events") == 0)
		return has_page(r->view, "events");
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		if (strcmp(r->path, addresses[i]) == 0)
			return true;
	return false;
}

bool
view_may_see(const struct http_request *r, const char *table)
{
	if (r->view == NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		if (!has_page(r->view, pages[i].page))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(pages[i].tables); k++)
			if (pages[i].tables[k] != NULL &&
			    strcmp(pages[i].tables[k], table) == 0)
				return true;
	}
	return false;
}

/* Of the token with that hash: the view, and whose; borrowed. */
static const json_t *
find(struct people *p, const char *hash, const char **name_r)
{
	json_t *people = (json_t *)(uintptr_t)people_all(p);
	json_t *entry, *one;
	const char *id;

	json_object_foreach(people, *name_r, entry)
	{
		json_object_foreach(json_object_get(entry, "views"), id, one)
		{
			const char *of =
			    json_string_value(json_object_get(one, "of"));

			if (of != NULL && strlen(of) == PEOPLE_HASH_LEN &&
			    CRYPTO_memcmp(of, hash, PEOPLE_HASH_LEN) == 0)
				return one;
		}
	}
	return NULL;
}

bool
view_lives(struct http_request *r)
{
	const char *text = http_header(r, "Authorization");
	char hash[PEOPLE_HASH_LEN + 1];
	const char *name;

	if (text == NULL || strncasecmp(text, "View ", 5) != 0)
		return false;
	people_hash(text + 5, hash);
	return find(r->h->people, hash, &name) != NULL;
}

bool
view_accept(struct http_request *r, const char *token)
{
	char hash[PEOPLE_HASH_LEN + 1], *user;
	const json_t *one;
	const char *name;
	bool ok;

	people_hash(token, hash);
	one = find(r->h->people, hash, &name);
	if (one == NULL)
		return false;
	r->view =
	    json_pack("{s:O, s:O}", "title", json_object_get(one, "title"),
		"pages", json_object_get(one, "pages"));
	user = xstrdup(name);
	ok = r->view != NULL && auth_accept(r, user);
	free(user);
	if (!ok)
		return false;
	r->may &= permission_bit("general.use") |
	    permission_bit("general.see_all") |
	    permission_bit("mkeventd.see_all");
	who_refresh(r->h, r->user);
	return true;
}
