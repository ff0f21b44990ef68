/* SPDX-License-Identifier: Apache-2.0
 *
 * MIB files to a table of names; see compile.h.
 */
#include "site/mib/compile.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/trap/base.h"
#include "eventd/trap/mib.h"

#include <net-snmp/net-snmp-config.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net-snmp/net-snmp-includes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE_MAX    (64u << 20)
#define MISTAKES_MAX (1u << 20)
#define CPU_S        60
#define DESCRIPTION  300 /* bytes of one that are kept */

/* --- in the process of its own --------------------------------------------
 */

static char
kind_of(const struct tree *t)
{
	switch (t->type) {
	case TYPE_INTEGER:
	case TYPE_INTEGER32:
	case TYPE_UINTEGER:
	case TYPE_UNSIGNED32:
	case TYPE_COUNTER:
	case TYPE_GAUGE:
	case TYPE_COUNTER64:
		return 'i';
	case TYPE_OCTETSTR:
		return 's';
	case TYPE_BITSTRING:
		return 'b';
	case TYPE_OBJID:
		return 'o';
	case TYPE_TIMETICKS:
		return 't';
	case TYPE_IPADDR:
	case TYPE_NETADDR:
		return 'a';
	case TYPE_TRAPTYPE:
	case TYPE_NOTIFTYPE:
		return 'n';
	default:
		return '-';
	}
}

/* One line without tabs, `max` bytes at most. */
static void
add_field(struct str *to, const char *text, size_t max)
{
	struct str line = {0};
	bool blank = false;

	for (; text != NULL && *text != '\0'; text++) {
		if ((unsigned char)*text <= ' ') {
			blank = line.len > 0;
			continue;
		}
		if (line.len >= max)
			break;
		if (blank)
			str_addc(&line, ' ');
		blank = false;
		/* Whatever it was written in, it is text here. */
		if ((unsigned char)*text < 0x7f)
			str_addc(&line, *text);
		else
			str_addc(&line, '?');
	}
	str_addslice(to, str_slice(&line));
	str_free(&line);
}

static void
add_enums(struct str *to, const struct tree *t)
{
	bool first = true;

	for (const struct enum_list *e = t->enums; e != NULL; e = e->next) {
		if (e->label == NULL || strpbrk(e->label, " ,\t\n") != NULL)
			continue;
		str_addf(to, "%s%s %d", first ? "" : ",", e->label, e->value);
		first = false;
	}
}

/* Of a node that several modules define, the one of today. */
static const char *
module_of(const struct tree *t, char *buf)
{
	static const char *const old[] = {"RFC1213-MIB", "RFC1155-SMI"};
	const char *name = module_name(t->modid, buf);

	for (int i = 0; i < t->number_modules &&
	     (strcmp(name, old[0]) == 0 || strcmp(name, old[1]) == 0);
	     i++)
		name = module_name(t->module_list[i], buf);
	return name;
}

static void
add_tree(struct str *to, const struct tree *t, const char *above, int depth)
{
	char module[256], id[1024];

	for (; t != NULL; t = t->next_peer) {
		int n = snprintf(id, sizeof(id), "%s%s%lu", above,
		    above[0] != '\0' ? "." : "", t->subid);

		if (n >= (int)sizeof(id) || depth >= MIB_DEPTH ||
		    t->label == NULL)
			continue;
		if (depth > 0 && !isdigit((unsigned char)t->label[0])) {
			str_addf(to, "%s\t", id);
			add_field(to, module_of(t, module), 100);
			str_addc(to, '\t');
			add_field(to, t->label, 100);
			str_addf(to, "\t%c\t", kind_of(t));
			add_field(to, t->hint, 100);
			str_addc(to, '\t');
			add_field(to, t->units, 40);
			str_addc(to, '\t');
			add_enums(to, t);
			str_addc(to, '\t');
			add_field(to, t->description, DESCRIPTION);
			str_addc(to, '\n');
		}
		add_tree(to, t->child_list, id, depth + 1);
	}
}

static void
write_all(int fd, struct slice s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.s, s.len);

		if (n <= 0 && errno != EINTR)
			_exit(3);
		if (n > 0) {
			s.s += n;
			s.len -= (size_t)n;
		}
	}
}

static void
read_base_module(const char *module, struct slice text, void *arg)
{
	(void)text;
	(void)arg;
	netsnmp_read_module(module);
}

/* Later folders win: a real file over a built-in module, a near over a far. */
static void
parse(const char *const *files, size_t n, const struct mib_folders *folders,
    const char *base, int out)
{
	struct rlimit cpu = {CPU_S, CPU_S}, core = {0, 0};
	struct str table = {0};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	setenv("MIBS", "", 1);
	setenv("MIBDIRS", base, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_SAVE_MIB_DESCRS, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_PARSE_LABEL, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_ERRORS, 1);
	netsnmp_ds_set_int(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_WARNINGS, 0);
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_STDERR, LOG_WARNING);
	netsnmp_init_mib();
	for (size_t i = folders->n; i-- > 0;)
		add_mibdir(folders->v[i]);
	mib_base_modules(read_base_module, NULL);
	for (size_t i = 0; i < n; i++)
		read_mib(files[i]);
	add_tree(&table, get_tree_head(), "", 0);
	write_all(out, str_slice(&table));
	_exit(0);
}

/* --- around it ------------------------------------------------------------
 */

struct base_folder {
	const char *path;
	struct err *err;
	bool failed;
};

static void
write_base_module(const char *module, struct slice text, void *arg)
{
	struct base_folder *f = arg;
	char *path = xasprintf("%s/%s", f->path, module);

	if (!f->failed && file_write(path, text, 0644, f->err) != 0)
		f->failed = true;
	free(path);
}

/* What the process says on its two pipes, to their ends. */
static void
drain(int table_fd, int words_fd, struct str *table, struct str *words)
{
	struct pollfd p[2] = {{.fd = table_fd, .events = POLLIN},
	    {.fd = words_fd, .events = POLLIN}};
	struct str *to[2] = {table, words};
	const size_t max[2] = {TABLE_MAX, MISTAKES_MAX};
	char buf[65536];

	while (p[0].fd != -1 || p[1].fd != -1) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd == -1 || p[i].revents == 0)
				continue;
			n = read(p[i].fd, buf, sizeof(buf));
			if (n <= 0)
				p[i].fd = -1;
			else if (to[i]->len + (size_t)n <= max[i])
				str_addn(to[i], buf, (size_t)n);
		}
	}
}

static int
run_parser(const char *const *files, size_t n,
    const struct mib_folders *folders, const char *base, struct str *table,
    struct str *words, struct err *err_r)
{
	int out[2], errors[2], status = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
		err_set(err_r, "pipe: %s", strerror(errno));
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		dup2(errors[1], STDERR_FILENO);
		parse(files, n, folders, base, out[1]);
	}
	close(out[1]);
	close(errors[1]);
	if (pid > 0) {
		drain(out[0], errors[0], table, words);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			;
	}
	close(out[0]);
	close(errors[0]);
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	err_set(err_r, "the parser of MIB files %s",
	    pid < 0 ? "cannot be started"
		    : "has ended early: one of the files is beyond it");
	return -1;
}

static int
line_number(const char *digits)
{
	int n = 0;

	while (isdigit((unsigned char)*digits) && n < 100000000)
		n = n * 10 + (*digits++ - '0');
	return n;
}

/* "WORDS: At line 7 in FILE", "WORDS near line 7 of FILE" to FILE:7: WORDS. */
static void
add_mistake(struct str *to, const char *line, const char *base)
{
	static const char *const forms[][2] = {{": At line ", " in "},
	    {" near line ", " of "}, {" line ", " in "}};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *at = strstr(line, forms[i][0]), *number, *file;

		if (at == NULL)
			continue;
		number = at + strlen(forms[i][0]);
		file = strstr(number, forms[i][1]);
		if (file == NULL || !isdigit((unsigned char)*number))
			continue;
		file += strlen(forms[i][1]);
		if (strncmp(file, base, strlen(base)) == 0)
			return; /* ours: what it imports is in another */
		str_addf(to, "%s:%d: %.*s\n", file, line_number(number),
		    (int)(at - line), line);
		return;
	}
	str_addf(to, "%s\n", line);
}

static void
add_mistakes(struct str *to, struct str *words, const char *base)
{
	struct slice rest = str_slice(words), line;

	while (slice_next(&rest, '\n', &line)) {
		char *text;

		line = slice_trim(line);
		/* A real file in place of a built-in one is no mistake. */
		if (line.len == 0 || slice_starts(line, "Warning: Module ") ||
		    slice_starts(line, "MIB search path") ||
		    slice_starts(line, "Module "))
			continue;
		text = slice_dup(line);
		add_mistake(to, text, base);
		free(text);
	}
}

int
mib_compile(const char *const *files, size_t n,
    const struct mib_folders *folders, struct str *table_r,
    struct str *mistakes_r, struct err *err_r)
{
	char base[] = "/tmp/vedette-mibs-XXXXXX";
	struct base_folder f = {.path = base, .err = err_r};
	struct str words = {0};
	struct err ignored;
	int rc = -1;

	if (mkdtemp(base) == NULL) {
		err_set(err_r, "%s: %s", base, strerror(errno));
		return -1;
	}
	mib_base_modules(write_base_module, &f);
	if (!f.failed)
		rc =
		    run_parser(files, n, folders, base, table_r, &words, err_r);
	add_mistakes(mistakes_r, &words, base);
	file_remove_tree(base, &ignored);
	str_free(&words);
	return rc;
}

/* --- a file's own words ---------------------------------------------------
 */

void
mib_modules_of(struct slice text, struct str *names_r)
{
	struct slice rest = text, line;
	struct slice before = SLICE("");

	while (slice_next(&rest, '\n', &line)) {
		struct slice word;

		while (slice_word(&line, &word)) {
			if (word.len > 0 && word.s[word.len - 1] == '\r')
				word.len--;
			if (slice_starts(word, "--"))
				break;
			if (slice_eqs(word, "DEFINITIONS") && before.len > 0) {
				str_addslice(names_r, before);
				str_addc(names_r, '\n');
			}
			before = word;
		}
	}
}

void
mib_organization_of(struct slice text, struct str *to)
{
	static const char key[] = "ORGANIZATION";
	char *at, *end, *own = slice_dup(text);

	at = strstr(own, key);
	if (at != NULL)
		at = strchr(at, '"');
	end = at == NULL ? NULL : strchr(at + 1, '"');
	if (end != NULL) {
		*end = '\0';
		add_field(to, at + 1, 100);
	}
	free(own);
}
