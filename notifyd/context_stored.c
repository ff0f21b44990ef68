/* SPDX-License-Identifier: Apache-2.0
 *
 * FORMAT, then for each pair: a byte that names its key (0: the key follows,
 * with its length before it), the length of the value, the value. Lengths are
 * seven bits a byte, the lowest first.
 */
#include "notifyd/context_stored.h"

#include "common/mem.h"

#define FORMAT 0x01 /* no record of msg_pair begins so */

/* Only added to, at the end: spools have these numbers. */
static const char *const names[] = {NULL, "NOTIFICATIONTYPE", "MICROTIME",
    "CONTACTNAME", "NOTIFICATIONCOMMENT", "NOTIFICATIONAUTHOR",
    "NOTIFICATIONAUTHORNAME", "NOTIFICATIONAUTHORALIAS", "CONTACTS",
    "CONTACTSOFF", "HOSTNAME", "HOSTALIAS", "HOSTADDRESS", "HOSTADDRESS_4",
    "HOSTADDRESS_6", "HOSTADDRESS_FAMILY", "HOSTFOLDER", "HOSTPARENTS",
    "HOSTSTATE", "HOSTSTATEID", "LASTHOSTSTATE", "LASTHOSTSTATEID",
    "PREVIOUSHOSTHARDSTATE", "PREVIOUSHOSTHARDSTATEID", "HOSTATTEMPT",
    "MAXHOSTATTEMPTS", "HOSTOUTPUT", "LONGHOSTOUTPUT", "HOSTPERFDATA",
    "HOSTDOWNTIME", "HOSTPROBLEMID", "LASTHOSTSTATECHANGE", "LASTHOSTUP",
    "HOSTNOTIFICATIONNUMBER", "HOSTACKAUTHOR", "HOSTACKCOMMENT",
    "HOSTCHECKCOMMAND", "HOSTGROUPNAMES", "HOSTCONTACTGROUPNAMES",
    "HOSTNOTESURL", "HOSTTAGS", "SERVICEDESC", "SERVICEDISPLAYNAME",
    "SERVICESTATE", "SERVICESTATEID", "LASTSERVICESTATE", "LASTSERVICESTATEID",
    "PREVIOUSSERVICEHARDSTATE", "PREVIOUSSERVICEHARDSTATEID", "SERVICEATTEMPT",
    "MAXSERVICEATTEMPTS", "SERVICEOUTPUT", "LONGSERVICEOUTPUT",
    "SERVICEPERFDATA", "SERVICEDOWNTIME", "SERVICEPROBLEMID",
    "LASTSERVICESTATECHANGE", "LASTSERVICEOK", "SERVICENOTIFICATIONNUMBER",
    "SERVICEACKAUTHOR", "SERVICEACKCOMMENT", "SERVICECHECKCOMMAND",
    "SERVICEGROUPNAMES", "SERVICECONTACTGROUPNAMES", "SERVICENOTESURL",
    "SERVICETAGS", "WHAT", "MONITORING_HOST", "OMD_SITE", "OMD_ROOT", "LOGDIR",
    "DATE", "SHORTDATETIME", "LONGDATETIME", "LASTHOSTSTATECHANGE_REL",
    "LASTHOSTUP_REL", "LASTSERVICESTATECHANGE_REL", "LASTSERVICEOK_REL",
    "HOSTSHORTSTATE", "SERVICESHORTSTATE", "LASTHOSTSHORTSTATE",
    "LASTSERVICESHORTSTATE", "PREVIOUSHOSTHARDSHORTSTATE",
    "PREVIOUSSERVICEHARDSHORTSTATE", "HOSTFORURL", "HOSTURL", "SERVICEFORURL",
    "SERVICEURL", "HOST_SL", "SVC_SL"};
_Static_assert(ARRAY_LEN(names) <= 256, "a byte names a key");

/* Where the names stand by their hash: more places than names. */
#define PLACES 512

static unsigned
place_of(const char *key, size_t len)
{
	unsigned hash = (unsigned)len;

	for (size_t i = 0; i < len; i++)
		hash = hash * 31 + (unsigned char)key[i];
	return (hash ^ hash >> 9) % PLACES;
}

struct places {
	uint8_t at[PLACES]; /* number of the name; 0: none */
};

static const struct places *
places(void)
{
	static struct places table;

	if (table.at[place_of("WHAT", 4)] != 0)
		return &table;
	for (unsigned n = 1; n < ARRAY_LEN(names); n++) {
		unsigned at = place_of(names[n], strlen(names[n]));

		while (table.at[at] != 0)
			at = (at + 1) % PLACES;
		table.at[at] = (uint8_t)n;
	}
	return &table;
}

static uint8_t
number_of(const struct places *table, const char *key, size_t len)
{
	unsigned at = place_of(key, len);

	for (; table->at[at] != 0; at = (at + 1) % PLACES) {
		const char *name = names[table->at[at]];

		if (strncmp(name, key, len) == 0 && name[len] == '\0')
			break;
	}
	return table->at[at];
}

static void
add_text(struct str *bytes, const char *text, size_t len)
{
	size_t left = len;

	for (; left > 127; left >>= 7)
		str_addc(bytes, (char)((left & 127) | 128));
	str_addc(bytes, (char)left);
	str_addn(bytes, text, len);
}

void
context_to_stored(const struct context *ctx, struct str *bytes)
{
	const struct places *table = places();

	str_reserve(bytes, ctx->bytes + 8);
	str_addc(bytes, FORMAT);
	for (size_t i = 0; i < ctx->n; i++) {
		const struct context_pair *p = &ctx->pairs[i];
		uint8_t number = number_of(table, p->key, p->key_len);

		str_addc(bytes, (char)number);
		if (number == 0)
			add_text(bytes, p->key, p->key_len);
		add_text(bytes, p->value, p->value_len);
	}
}

static bool
read_text(struct slice *rest, struct slice *text_r)
{
	size_t len = 0;
	unsigned shift = 0;
	unsigned char c;

	do {
		if (rest->len == 0 || shift > 21)
			return false;
		c = (unsigned char)*rest->s++;
		rest->len--;
		len |= (size_t)(c & 127) << shift;
		shift += 7;
	} while (c > 127);
	if (len > rest->len)
		return false;
	*text_r = (struct slice){rest->s, len};
	rest->s += len;
	rest->len -= len;
	return true;
}

int
context_from_stored(struct context *ctx, struct slice bytes)
{
	int done = 0;

	if (bytes.len == 0 || bytes.s[0] != FORMAT)
		return context_from_pairs(ctx, bytes);
	bytes.s++;
	bytes.len--;
	while (done == 0 && bytes.len > 0) {
		uint8_t number = (uint8_t)*bytes.s++;
		struct slice key, value;

		bytes.len--;
		if (number >= ARRAY_LEN(names) ||
		    (number == 0 && !read_text(&bytes, &key)) ||
		    !read_text(&bytes, &value)) {
			done = -1;
			continue;
		}
		if (number > 0)
			key = slice_of(names[number]);
		context_put(ctx, key, value);
	}
	context_bound(ctx, CONTEXT_MAX_BYTES);
	return done;
}
