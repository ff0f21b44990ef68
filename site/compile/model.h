/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration while it is being compiled: the documents, what they name,
 * and the hosts and services with their attributes resolved. Stages, each a
 * file: sources (read), named (what files name), folders, hosts and services
 * (who exists), rules, attrs (what holds for each), objects (into the
 * snapshot), people, periods, notify, events.
 *
 * Values are borrowed from the documents, or kept in `keep`.
 */
#ifndef SITE_COMPILE_MODEL_H
#define SITE_COMPILE_MODEL_H

#include "common/config/snapshot_build.h"
#include "site/compile/compile.h"
#include "site/compile/keys.h"

#define NONE UINT32_MAX

/* --- documents ------------------------------------------------------------ */

enum source_kind {
	SOURCE_CONF,
	SOURCE_FOLDER,
	SOURCE_DISCOVERED
};

struct source {
	enum source_kind kind;
	const struct yaml_doc *doc; /* NULL: no places */
	struct yaml_doc *own; /* the same, if it is freed with the model */
	json_t *root;         /* a mapping; borrowed from the document */
	const struct schema_way *way; /* of root within doc; NULL: its root */
	uint32_t folder;
	char *path;               /* of a file, else NULL */
	char *host;               /* SOURCE_DISCOVERED */
	struct mistakes mistakes; /* while it is being read */
};

/* A place in a document, for messages. */
#define PLACE_MAX 16
struct place {
	const struct source *src;
	unsigned n;
	struct {
		const char *key; /* NULL: index */
		size_t index;
	} steps[PLACE_MAX];
};

struct place place_of(const struct source *src, const char *key);
struct place place_key(struct place p, const char *key);
struct place place_index(struct place p, size_t index);

/* --- what is named -------------------------------------------------------- */

struct entry {
	const char *name;
	json_t *value; /* a mapping or null */
	const struct source *src;
	bool used; /* something names it */
};

struct table {            /* in byte order of name once collected */
	const char *key;  /* "contacts" */
	const char *what; /* "contact" */
	struct entry *items;
	uint32_t n;
	size_t cap;
};

enum table_id {
	TABLE_HOSTS,
	TABLE_CONTACTS,
	TABLE_CONTACT_GROUPS,
	TABLE_HOST_GROUPS,
	TABLE_SERVICE_GROUPS,
	TABLE_PERIODS,
	TABLE_COMMANDS,
	TABLE_TAG_GROUPS,
	TABLE_ACTIONS,
	TABLE_CONDITIONS,
	TABLE_PARAMETERS,
	TABLE_AUX_TAGS,
	TABLE_ROLES,
	TABLE_SITES,
	TABLE_AGGREGATIONS,
	TABLE_ESCALATIONS,
	TABLE_COUNT
};

/* --- folders, hosts, services --------------------------------------------- */

struct folder {
	char *path;                 /* "/", "/munich/linux" */
	uint32_t up;                /* NONE for "/" */
	const struct source *src;   /* its _folder.yaml, or NULL */
	json_t *values[ATTR_COUNT]; /* inherited ones included */
};

struct host {
	const char *name;
	const struct source *src;
	uint32_t folder;
	json_t *own;                /* may be null */
	json_t *found_labels;       /* discovered; may be NULL */
	bool is_collected;          /* found services are fed by Check_MK */
	json_t *found_ignored;      /* names shut out by hand; may be NULL */
	json_t *values[ATTR_COUNT]; /* resolved; NULL: the default holds */
	json_t *explicit_labels;    /* own and the folders' */
	uint32_t first_service, n_services; /* in model.services */
	uint32_t number;      /* in the snapshot; NONE: not monitored here */
	uint32_t tags_set;    /* of model.tag_sets */
	json_t *nodes;        /* of a cluster: names; else NULL */
	bool is_node;         /* of some cluster */
	const char *resolved; /* its name's address, or NULL */
};

enum service_origin {
	SERVICE_WRITTEN,
	SERVICE_FOUND,
	SERVICE_AUTOMATIC
};

struct service {
	uint32_t host;
	enum service_origin origin;
	const char *description;
	json_t *own; /* its entry; empty mapping for automatic ones */
	const char *check, *item; /* of own.check; NULL: none */
	uint32_t description_id;  /* rules_text_id() */
	const struct source *src; /* NULL: automatic */
	size_t index;             /* in its source's list */
	bool dropped;
	uint32_t node; /* found there, but its cluster's now; or NONE */
};

struct ruleset_table; /* rules.h */

/* Tags that many hosts share. */
struct tag_set {
	json_t *tags;
	bool listed; /* `list` is made */
	struct snap_list list;
};

struct indexes {
	uint32_t *items;
	uint32_t n;
	size_t cap;
};

struct dns_settings {
	bool ask;
	int64_t timeout_ms; /* for all names together; 0: no cache either */
	const json_t *servers;
};

struct model {
	const char *root; /* of the site, or NULL */
	struct compile_report *report;
	struct mistakes *m; /* of the report */
	const char *const *also;
	json_t *keep; /* array of values made on the way */
	struct source **sources;
	size_t n_sources, sources_cap;
	struct table tables[TABLE_COUNT];
	struct folder *folders; /* [0] is "/" */
	uint32_t n_folders;
	size_t folders_cap;
	struct host *hosts;       /* by index of TABLE_HOSTS */
	struct service *services; /* by host, then description */
	uint32_t n_services;
	size_t services_cap;
	struct indexes *members; /* contacts of each contact group */
	struct tag_set *tag_sets;
	uint32_t n_tag_sets;
	size_t tag_sets_cap;
	json_t *tag_sets_by_text; /* canonical text: index */
	uint32_t n_monitored;     /* hosts in the snapshot */
	struct ruleset_table *rules;
	/* How often each warning was given, by its format. */
	struct {
		const char *fmt;
		unsigned n;
	} warned[32];
	struct dns_settings dns;
	struct snapb *snap;
};

void model_mistake(struct model *m, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void model_mistake_key(struct model *m, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Of one kind (format) the first MODEL_MAX_WARNINGS are kept, the others
 * counted. */
#define MODEL_MAX_WARNINGS 20
void model_warn(struct model *m, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Says how many more there were of each kind; once, at the end. */
void model_warn_rest(struct model *m);
/* "FILE:LINE", the file from the site's folder on; "" for no document. */
void model_where(const struct model *m, struct place at, struct str *to);
/* Checks the value there against `schema`. */
void model_check(struct model *m, const struct schema *schema, struct place at);
/* Keeps a new value until the end; returns it. */
json_t *model_keep(struct model *m, json_t *value);
/* Canonical JSON of a value, interned in the snapshot; NULL and null: "". */
snap_str model_json(struct model *m, const json_t *value);

/* sources.c */
int sources_read_site(struct model *m, struct err *err_r);
/* The files of a folder like conf.d, and of those in it. */
int sources_read_folder(struct model *m, const char *conf, struct err *err_r);
void sources_add_config(struct model *m, json_t *config,
    const struct yaml_doc *doc, const struct schema_way *way);
void sources_free(struct model *m);

/* named.c */
void named_collect(struct model *m);
void named_free(struct model *m);
/* Index, or NONE. */
uint32_t named_find(const struct model *m, enum table_id id, const char *name);
/* The same, with a mistake at `at` if it is not there. */
uint32_t named_need(
    struct model *m, enum table_id id, const char *name, struct place at);
/* Warns at `at` if it is not there: rules outlive the hosts that they name. */
void named_warn(
    struct model *m, enum table_id id, const char *name, struct place at);
/* Each name in a list; what is no text is passed over (it is a mistake
 * already). Indexes, ascending, each once, appended; returns how many. */
void named_need_list(struct model *m, enum table_id id, const json_t *list,
    struct place at, struct indexes *to);
void table_add(
    struct table *t, const char *name, json_t *value, const struct source *src);
void indexes_add(struct indexes *x, uint32_t index);
void indexes_sort(struct indexes *x); /* each once */
void indexes_free(struct indexes *x);

/* tags.c */
/* The built-in groups, and auxiliary tags. */
void tags_add_builtin(struct model *m);
/* Each group gives the host one tag; these bring their auxiliary ones. */
void tags_of_host(struct model *m, struct host *h);
/* Where a tag comes from that is not written: its group's default. */
json_t *tags_default(struct model *m, const struct host *h, const char *group);
/* The host is not to be monitored by this site: offline, or another's. */
bool tags_leave_out(const struct model *m, const struct host *h);
struct snap_list tags_list(struct model *m, const struct host *h);
void tags_check_groups(struct model *m);
void tags_free(struct model *m);

/* roles.c */
void roles_add_builtin(struct model *m);
json_t *roles_gather(struct model *m);
json_t *sites_gather(struct model *m);
/* Is it the name of the site whose files these are? */
bool roles_own_site(const struct model *m, const char *name);

/* aggregations.c: checked, by name; NULL: there are none. */
json_t *aggregations_gather(struct model *m);

/* folders.c */
uint32_t folder_get(struct model *m, const char *path);
void folders_resolve(struct model *m);
void folders_free(struct model *m);
bool folder_is_in(const struct model *m, uint32_t folder, const char *path);

/* hosts.c: who there is, then what holds for them. */
void hosts_list(struct model *m);
void hosts_resolve(struct model *m);
void hosts_free(struct model *m);
/* Where an attribute of the host was written (its folder's file perhaps). */
struct place host_place(
    const struct model *m, const struct host *h, enum attr attr);
const char *host_agent_kind(const struct host *h); /* "none" by default */

/* addresses.c: names of hosts without address. */
void addresses_resolve(struct model *m);

/* services.c */
void services_collect(struct model *m);
void services_free(struct model *m);
struct place service_place(const struct service *s, const char *key);
uint32_t service_find(
    const struct model *m, uint32_t host, const char *description);

/* attrs.c: own values, a folder's, rules', together in values[]. */
/* A host's in three steps, each over all hosts: own, folder's and tags; then
 * labels; then what rules say, which may ask for both. */
void attrs_own_of_host(struct model *m, struct host *h);
void attrs_labels_of_host(struct model *m, struct host *h);
void attrs_rest_of_host(struct model *m, struct host *h);
void attrs_of_service(
    struct model *m, const struct service *s, json_t **values);

/* objects.c */
void objects_hosts(struct model *m);
void objects_services(struct model *m);
/* groups.c */
void objects_groups(struct model *m);
/* lonely.c: warns of groups without members and hosts without contacts. */
void objects_warn(struct model *m);
/* people.c: who is in which group, then all into the snapshot. */
void people_collect(struct model *m);
void people_add(struct model *m);
void people_free(struct model *m);

/* periods.c */
void periods_add(struct model *m);
void commands_add(struct model *m);

/* notify.c: names of sets of parameters become these; then all files' rules;
 * NULL while no file has the key. */
void notify_resolve(struct model *m);
json_t *notify_gather(struct model *m);

/* events.c */
json_t *events_gather(struct model *m);
json_t *events_actions(struct model *m);

/* checks.c, the only file that knows the fetcher's checks */
/* Its parameters' ruleset, or NULL; false: there is no such check. */
bool checks_find(const char *check, const char **ruleset_r, bool *items_r);
/* Appends the description of the check's service for this item. */
void checks_describe(const char *check, const char *item, struct str *to);
void checks_nearest(struct nearest *near);
/* Does a check read a section of that name by SNMP? */
bool checks_read_section(const char *name, struct nearest *near);
int checks_verify(const char *check, const json_t *params, struct err *err_r);
/* Every parameter with its default, as written in rules: new. */
json_t *checks_defaults(const char *check);
/* Calls `fn` for each check with parameters. */
void checks_each(void (*fn)(const char *ruleset, const char *check,
		     const char *title, void *arg),
    void *arg);

#endif
