/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and secrets, of the site or of a directory; see who.h.
 */
#include "livestatusd/http/people/who.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/people/directory.h"
#include "livestatusd/http/people/people.h"

#include <ctype.h>
#include <stdlib.h>

#define DEAD_S  5  /* a directory that failed is not asked again so long */
#define RETRY_S 60 /* ... to look somebody up again */

struct who_check {
	struct http *h;
	struct password_check *local; /* one of these is under way */
	struct directory_check *directory;
	char *name, *secret;
	who_done_fn *done;
	void *arg;
};

static const json_t *
conf(struct http *h)
{
	return h->d->settings->ldap;
}

static void
use_own_password(struct http *h, struct person *p)
{
	const json_t *own =
	    json_object_get(people_find(h->people, p->name), "password");
	const char *of = json_string_value(json_object_get(own, "of"));
	const char *hash = json_string_value(json_object_get(own, "hash"));
	char now[PEOPLE_HASH_LEN + 1];

	if (of == NULL || hash == NULL)
		return;
	/* The administrator's newer one counts. */
	people_hash(p->hash, now);
	if (strcmp(of, now) == 0)
		p->hash = hash;
}

bool
who_find(struct http *h, const char *name, struct person *p)
{
	const json_t *known;
	const char *dn, *role;

	*p = (struct person){.name = name, .alias = "", .role = "", .hash = ""};
	rights_find(http_rights(h), slice_of(name), p);
	if (p->disabled)
		return true;
	if (p->hash[0] != '\0') {
		use_own_password(h, p);
		return true;
	}
	known = json_object_get(people_find(h->people, name), "directory");
	dn = json_string_value(json_object_get(known, "dn"));
	role = json_string_value(json_object_get(known, "role"));
	if (!directory_is_on(conf(h)) || dn == NULL || role == NULL)
		return p->role[0] != '\0';
	p->directory = true;
	p->hash = dn;
	p->role = role;
	p->may = rights_of_role(http_rights(h), role);
	p->groups = json_object_get(known, "contact_groups");
	if (p->alias[0] == '\0' && json_object_get(known, "alias") != NULL)
		p->alias = json_string_value(json_object_get(known, "alias"));
	return true;
}

char *
who_name(struct http *h, const char *typed)
{
	char *name = xstrdup(typed);
	struct person p;

	if (!directory_is_on(conf(h)) ||
	    rights_find(http_rights(h), slice_of(typed), &p))
		return name;
	for (char *c = name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

/* --- what a directory said ------------------------------------------------ */

static void
take(struct http *h, const char *name, const struct directory_person *p)
{
	struct err err;
	json_t *entry = people_begin(h->people, name, &err);

	if (entry != NULL && p->how == DIRECTORY_OK) {
		json_object_set_new(entry, "directory",
		    json_pack("{s:s, s:s, s:s, s:O, s:I}", "dn", p->dn, "alias",
			p->alias == NULL ? "" : p->alias, "role", p->role,
			"contact_groups", p->contact_groups, "asked",
			(json_int_t)(clock_wall() / NS_PER_S)));
	} else if (entry != NULL) {
		json_object_del(entry, "directory");
		session_end_others(h->sessions, name, NULL);
	}
	if (entry == NULL || people_end(h->people, &err) == -1)
		log_error("people: %s", err.text);
}

static void
note_failure(struct http *h, const struct directory_person *p)
{
	if (p->how != DIRECTORY_FAILED)
		return;
	h->directory_dead_until = clock_mono() + DEAD_S * NS_PER_S;
	h->directory_why = p->why;
	log_warn("ldap: %s", p->why.text);
}

struct lookup {
	struct http *h;
	char *name;
	struct directory_check *check;
	struct lookup *next, **link;
};

static void
lookup_free(struct lookup *l)
{
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	free(l->name);
	free(l);
}

static void
on_looked_up(void *arg, const struct directory_person *p)
{
	struct lookup *l = arg;

	note_failure(l->h, p);
	if (p->how == DIRECTORY_FAILED)
		l->h->lookup_after = clock_mono() + RETRY_S * NS_PER_S;
	else
		take(l->h, l->name, p);
	if (p->how == DIRECTORY_REFUSED || p->how == DIRECTORY_NO_ROLE)
		log_info("user %s: is not in the directory any more", l->name);
	lookup_free(l);
}

void
who_refresh(struct http *h, const char *name)
{
	const json_t *known =
	    json_object_get(people_find(h->people, name), "directory");
	int64_t asked =
	    json_integer_value(json_object_get(known, "asked")) * 1000;
	struct lookup *l;

	if (known == NULL || !directory_is_on(conf(h)) ||
	    clock_mono() < h->lookup_after ||
	    clock_wall() / NS_PER_MS - asked <
		directory_duration(conf(h), "refresh"))
		return;
	for (l = h->lookups; l != NULL; l = l->next)
		if (strcmp(l->name, name) == 0)
			return;
	l = xnew(struct lookup);
	l->h = h;
	l->name = xstrdup(name);
	l->check =
	    directory_start(h->d->loop, conf(h), name, NULL, on_looked_up, l);
	l->next = h->lookups;
	l->link = &h->lookups;
	if (l->next != NULL)
		l->next->link = &l->next;
	h->lookups = l;
	if (l->check == NULL)
		lookup_free(l);
}

void
who_close(struct http *h)
{
	while (h->lookups != NULL) {
		directory_forget(h->lookups->check);
		lookup_free(h->lookups);
	}
}

/* --- a name with its secret ----------------------------------------------- */

static void
check_end(struct who_check *c, enum who_result result, const char *why)
{
	c->done(c->arg, result, why);
	explicit_bzero(c->secret, strlen(c->secret));
	free(c->secret);
	free(c->name);
	free(c);
}

static void
on_password(void *arg, bool ok)
{
	check_end(arg, ok ? WHO_OK : WHO_WRONG, NULL);
}

static void
on_directory(void *arg, const struct directory_person *p)
{
	struct who_check *c = arg;
	struct err why = {""};

	note_failure(c->h, p);
	switch (p->how) {
	case DIRECTORY_OK:
		take(c->h, c->name, p);
		password_remember(c->h->passwords, c->name, c->secret, p->dn);
		check_end(c, WHO_OK, NULL);
		return;
	case DIRECTORY_NO_ROLE:
		log_warn("user %.60s: no group of ldap.roles", c->name);
		check_end(c, WHO_WRONG, NULL);
		return;
	case DIRECTORY_REFUSED:
		check_end(c, WHO_WRONG, NULL);
		return;
	case DIRECTORY_FAILED:
		break;
	}
	err_set(&why,
	    "The directory (LDAP) cannot be asked: %.300s. Who has a password "
	    "of this site can log in.",
	    p->why.text);
	check_end(c, WHO_FAILED, why.text);
}

static bool
is_clean(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

/* A name without a password of the site. */
static bool
is_for_directory(struct http *h, const char *name)
{
	struct person p = {.hash = ""};

	rights_find(http_rights(h), slice_of(name), &p);
	return directory_is_on(conf(h)) && is_clean(name) && !p.disabled &&
	    !p.automation && p.hash[0] == '\0';
}

enum who_result
who_start(struct http *h, const char *name, const char *secret,
    who_done_fn *done, void *arg, struct who_check **check_r, struct err *err_r)
{
	bool directory = is_for_directory(h, name);
	struct who_check *c;
	struct person p;

	if (people_is_broken(h->people)) {
		err_set(err_r,
		    "The file of people's passwords cannot be read; the "
		    "administrator finds why in the log of livestatusd.");
		return WHO_FAILED;
	}
	if (directory && clock_mono() < h->directory_dead_until) {
		err_set(err_r,
		    "The directory (LDAP) cannot be asked: %.300s. Who has a "
		    "password of this site can log in.",
		    h->directory_why.text);
		return WHO_FAILED;
	}
	c = xnew(struct who_check);
	c->h = h;
	c->done = done;
	c->arg = arg;
	c->name = xstrdup(name);
	c->secret = xstrdup(secret);
	if (directory)
		c->directory = directory_start(
		    h->d->loop, conf(h), name, secret, on_directory, c);
	else
		c->local =
		    password_start(h->passwords, h->d->loop, name, secret,
			who_find(h, name, &p) && !p.disabled ? p.hash : NULL,
			on_password, c);
	if (c->local != NULL || c->directory != NULL) {
		*check_r = c;
		return WHO_PENDING;
	}
	free(c->name);
	free(c->secret);
	free(c);
	err_set(err_r, "Too many logins at once; try again.");
	return WHO_BUSY;
}

void
who_forget(struct who_check *c)
{
	if (c->local != NULL)
		password_forget(c->local);
	else
		directory_forget(c->directory);
	explicit_bzero(c->secret, strlen(c->secret));
	free(c->secret);
	free(c->name);
	free(c);
}
