/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the compiled table; see mib_file.h.
 */
#include "eventd/trap/mib_file.h"

#include "common/file.h"
#include "common/mem.h"
#include "eventd/trap/base.h"

#include <stdlib.h>

#define TABLE_MAX (64u << 20)

struct mib *
mib_of_site(const char *root, struct err *why_r)
{
	char *path =
	    root == NULL ? NULL : xasprintf("%s/var/vedette/eventd/mibs", root);
	struct str text = {0};
	struct err why = {""};
	struct mib *m = NULL;

	why_r->text[0] = '\0';
	if (path != NULL && file_exists(path)) {
		if (file_read(path, TABLE_MAX, &text, &why) == 0)
			m = mib_read(str_slice(&text), &why);
		if (m == NULL)
			err_set(why_r,
			    "%s: %s (\"vedette event mib add\" writes it anew)",
			    path, why.text);
	}
	str_free(&text);
	free(path);
	return m != NULL ? m : mib_base();
}
