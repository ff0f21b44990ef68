/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading eventd.snmp; see options.h.
 */
#include "eventd/trap/options.h"

#include "common/mem.h"
#include "eventd/rule/compile.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* As net-snmp can do them; the fetcher takes the same words. */
static const char *const auths[] = {"md5", "sha", "sha1", "sha-1", "sha224",
    "sha-224", "sha256", "sha-256", "sha384", "sha-384", "sha512", "sha-512"};
static const char *const privs[] = {"des", "aes", "aes128", "aes-128", "aes192",
    "aes-192", "aes256", "aes-256", "aes192c", "aes256c"};

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
engine_id_parse(const char *text, struct engine_id *id)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	for (id->n = 0; *text != '\0'; id->n++) {
		int high, low;

		if (*text == ':' && id->n > 0)
			text++;
		high = nibble(text[0]);
		low = high < 0 ? -1 : nibble(text[1]);
		if (low < 0 || id->n == ENGINE_ID_MAX)
			return false;
		id->bytes[id->n] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	return id->n >= 5;
}

void
engine_id_text(const struct engine_id *id, struct str *to)
{
	for (size_t i = 0; i < id->n; i++)
		str_addf(to, "%02x", id->bytes[i]);
}

bool
engine_id_equal(const struct engine_id *a, const struct engine_id *b)
{
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static bool
one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(words[i], word) == 0)
			return true;
	}
	return false;
}

/* "secret" or {file: PATH}; false: neither. */
static bool
read_secret(const json_t *v, struct trap_secret *s)
{
	const json_t *file = json_object_get(v, "file");

	if (json_is_string(v)) {
		s->text = xstrdup(json_string_value(v));
		return true;
	}
	if (!json_is_object(v) || !json_is_string(file) ||
	    json_object_size(v) != 1)
		return false;
	s->file = xstrdup(json_string_value(file));
	return true;
}

static void
read_communities(struct reader *r, struct trap_options *o)
{
	const json_t *list = reader_get(r, "communities"), *v;
	size_t i;

	if (list == NULL) {
		o->communities = xnew(struct trap_secret);
		o->communities[0].text = xstrdup("public");
		o->n_communities = 1;
		return;
	}
	if (!json_is_array(list)) {
		reader_mistake(r, "communities", "a list is expected");
		return;
	}
	o->communities =
	    xcalloc(json_array_size(list) + 1, sizeof(*o->communities));
	json_array_foreach((json_t *)list, i, v)
	{
		if (!read_secret(v, &o->communities[o->n_communities]))
			reader_mistake(r, "communities",
			    "a text or {file: PATH} is expected");
		else
			o->n_communities++;
	}
}

static void
read_protocol(struct reader *r, const char *key, const char *const *words,
    size_t n, char **word_r, struct trap_secret *secret_r)
{
	const json_t *pair = reader_get(r, key);
	const char *word = json_string_value(json_array_get(pair, 0));

	if (pair == NULL)
		return;
	if (json_array_size(pair) != 2 || word == NULL ||
	    !read_secret(json_array_get(pair, 1), secret_r)) {
		reader_mistake(r, key,
		    "[algorithm, secret] or [algorithm, {file: PATH}] is "
		    "expected");
		return;
	}
	if (!one_of(word, words, n)) {
		struct str all = {0};

		for (size_t i = 0; i < n; i++)
			str_addf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
		reader_mistake(
		    r, key, "\"%s\" is none of %s", word, str_get(&all));
		str_free(&all);
		return;
	}
	if (secret_r->text != NULL && strlen(secret_r->text) < 8)
		reader_mistake(r, key, "a secret has 8 characters or more");
	*word_r = xstrdup(word);
}

static void
read_engines(struct reader *r, struct trap_user *u)
{
	struct strings texts = {0};

	reader_strings(r, "engine_ids", &texts);
	u->engines = xcalloc(texts.n + 1, sizeof(*u->engines));
	for (size_t i = 0; i < texts.n; i++) {
		if (engine_id_parse(texts.v[i], &u->engines[u->n_engines]))
			u->n_engines++;
		else
			reader_mistake(r, "engine_ids",
			    "\"%s\": 5 to 32 bytes in hexadecimal are "
			    "expected",
			    texts.v[i]);
	}
	strings_free(&texts);
}

static void
read_user(struct trap_options *o, const json_t *object, struct str *mistakes)
{
	struct trap_user *u = &o->users[o->n_users];
	const char *name;
	struct reader r;

	reader_init(
	    &r, object, mistakes, "eventd.snmp.users[%zu]", o->n_users++);
	name = reader_string(&r, "name");
	if (name == NULL || name[0] == '\0' || strlen(name) > 32)
		reader_mistake(&r, "name", "1 to 32 characters are needed");
	u->name = xstrdup(name == NULL ? "" : name);
	for (size_t i = 0; i + 1 < o->n_users; i++) {
		if (strcmp(o->users[i].name, u->name) == 0)
			reader_mistake(
			    &r, "name", "\"%s\" is there twice", u->name);
	}
	read_engines(&r, u);
	u->learn = reader_bool(&r, "learn", false);
	read_protocol(
	    &r, "auth", auths, ARRAY_LEN(auths), &u->auth, &u->auth_secret);
	read_protocol(
	    &r, "priv", privs, ARRAY_LEN(privs), &u->priv, &u->priv_secret);
	if (u->priv != NULL && u->auth == NULL)
		reader_mistake(&r, "priv", "there is no privacy without auth");
	if (u->learn && u->auth == NULL && !r.bad)
		reader_mistake(&r, "learn",
		    "a user without auth proves nothing; name its engine_ids");
	reader_end(&r);
}

static void
read_relays(struct reader *r, struct trap_options *o)
{
	struct strings texts = {0};

	reader_strings(r, "relays", &texts);
	o->relays = xcalloc(texts.n + 1, sizeof(*o->relays));
	for (size_t i = 0; i < texts.n; i++) {
		if (network_parse(texts.v[i], &o->relays[o->n_relays]))
			o->n_relays++;
		else
			reader_mistake(r, "relays",
			    "\"%s\": an address or a network like "
			    "192.0.2.0/24 is expected",
			    texts.v[i]);
	}
	strings_free(&texts);
}

static void
read_translate(struct reader *r, struct trap_options *o)
{
	const json_t *v = reader_get(r, "translate");
	struct reader sub;

	if (v == NULL || json_is_boolean(v)) {
		o->translate = json_is_true(v);
		return;
	}
	o->translate = true;
	reader_sub(&sub, r, "translate");
	o->describe = reader_bool(&sub, "add_description", false);
	reader_end(&sub);
}

void
trap_options_read(struct trap_options *o, struct reader *parent)
{
	const json_t *users, *v;
	struct reader r;
	size_t i;

	reader_sub(&r, parent, "snmp");
	read_communities(&r, o);
	users = reader_get(&r, "users");
	if (users != NULL && !json_is_array(users))
		reader_mistake(&r, "users", "a list is expected");
	o->users = xcalloc(json_array_size(users) + 1, sizeof(*o->users));
	json_array_foreach((json_t *)users, i, v)
	{
		read_user(o, v, r.mistakes);
	}
	read_translate(&r, o);
	read_relays(&r, o);
	reader_end(&r);
}

static void
secret_free(struct trap_secret *s)
{
	if (s->text != NULL)
		explicit_bzero(s->text, strlen(s->text));
	free(s->text);
	free(s->file);
}

void
trap_options_free(struct trap_options *o)
{
	for (size_t i = 0; i < o->n_communities; i++)
		secret_free(&o->communities[i]);
	for (size_t i = 0; i < o->n_users; i++) {
		struct trap_user *u = &o->users[i];

		free(u->name);
		free(u->engines);
		free(u->auth);
		free(u->priv);
		secret_free(&u->auth_secret);
		secret_free(&u->priv_secret);
	}
	free(o->communities);
	free(o->users);
	free(o->relays);
	*o = (struct trap_options){0};
}
