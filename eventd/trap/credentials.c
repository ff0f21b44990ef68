/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with secrets; see credentials.h.
 */
#include "eventd/trap/credentials.h"

#include "common/agent_secret.h"
#include "common/mem.h"

static void
read_one(struct trap_secret *s, const char *root, const char *what,
    const char *of, struct err *all)
{
	struct err one = {""}, named = {""};
	struct str text = {0};

	if (s->file == NULL || s->text != NULL)
		return;
	if (agent_secret_read(root, s->file, &text, &one) == 0) {
		s->text = str_steal(&text);
		return;
	}
	err_set(&named, "eventd.snmp: %s%s: %s", what, of, one.text);
	err_also(all, &named);
	str_free(&text);
}

int
trap_credentials_read(
    struct trap_options *o, const char *root, struct err *err_r)
{
	struct err all = {""};

	for (size_t i = 0; i < o->n_communities; i++)
		read_one(&o->communities[i], root, "communities", "", &all);
	for (size_t i = 0; i < o->n_users; i++) {
		read_one(&o->users[i].auth_secret, root, "auth of user ",
		    o->users[i].name, &all);
		read_one(&o->users[i].priv_secret, root, "priv of user ",
		    o->users[i].name, &all);
	}
	if (all.text[0] == '\0')
		return 0;
	err_set(err_r, "%s", all.text);
	return -1;
}
