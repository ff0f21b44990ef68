/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of parameters; see parameters.h. A key that is missing everywhere
 * has its default; a key without one is "" to templates.
 */
#include "notifyd/methods/parameters.h"

static const struct schema address = {
    .kind = SCHEMA_TEXT, .expected = "a mail address, perhaps Name <ADDRESS>"};

#define TABLE(id, ...)                                                         \
	static const struct schema_key id##_keys[] = {__VA_ARGS__, {0}};       \
	const struct schema id = {.kind = SCHEMA_TABLE, .keys = id##_keys}

TABLE(parameters_mail,
    {"from_address", &address, false, NULL,
	"sender; default: notifications.smtp.from"},
    {"reply_to", &address, false, NULL, "where answers go"});
