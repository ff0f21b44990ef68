/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds sites: by name, or the one that the caller stands in or owns.
 */
#include "site/site.h"

#include "common/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The site user's home is BASE/sites/NAME. NULL if it does not look so. */
static char *
base_of_home(void)
{
	const struct passwd *pw = geteuid() == 0 ? NULL : getpwuid(geteuid());
	const char *name, *sites;

	if (pw == NULL || (name = strrchr(pw->pw_dir, '/')) == NULL)
		return NULL;
	sites = "/sites";
	size_t up = (size_t)(name - pw->pw_dir);
	if (up <= strlen(sites) ||
	    strncmp(name - strlen(sites), sites, strlen(sites)) != 0)
		return NULL;
	return xstrndup(pw->pw_dir, up - strlen(sites));
}

char *
site_base(void)
{
	const char *env = getenv("VEDETTE_ROOT");
	char buf[PATH_MAX], *base;

	if (env == NULL || *env == '\0') {
		base = base_of_home();
		return base != NULL ? base : xstrdup(SITE_DEFAULT_BASE);
	}
	if (*env != '/' && realpath(env, buf) != NULL)
		return xstrdup(buf);
	base = xstrdup(env);
	for (size_t n = strlen(base); n > 1 && base[n - 1] == '/'; n--)
		base[n - 1] = '\0';
	return base;
}

int
site_name_check(const char *name, struct err *err_r)
{
	if (!isalpha((unsigned char)name[0])) {
		err_set(err_r,
		    "\"%s\" is no name for a site"
		    " (it begins with a letter)",
		    name);
		return -1;
	}
	for (const char *p = name; *p != '\0'; p++)
		if (!isascii((unsigned char)*p) ||
		    (!isalnum((unsigned char)*p) && *p != '_')) {
			err_set(err_r,
			    "\"%s\" is no name for a site"
			    " (letters, digits and \"_\" only)",
			    name);
			return -1;
		}
	if (strlen(name) > SITE_NAME_MAX) {
		err_set(err_r,
		    "\"%s\" is no name for a site"
		    " (at most %d characters)",
		    name, SITE_NAME_MAX);
		return -1;
	}
	return 0;
}

struct site *
site_open(const char *name, struct err *err_r)
{
	struct site *s;
	struct stat st;

	if (site_name_check(name, err_r) == -1)
		return NULL;
	s = xnew(struct site);
	s->name = xstrdup(name);
	s->base = site_base();
	s->root = xasprintf("%s/sites/%s", s->base, name);
	if (lstat(s->root, &st) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			err_set(err_r,
			    "%s: there is no such site below %s"
			    " (\"vedette sites\" lists them)",
			    name, s->base);
		else
			err_set(err_r, "%s: %s", s->root, strerror(errno));
		site_free(&s);
		return NULL;
	}
	if (!S_ISDIR(st.st_mode)) {
		err_set(err_r, "%s is not a folder", s->root);
		site_free(&s);
		return NULL;
	}
	s->uid = st.st_uid;
	s->gid = st.st_gid;
	return s;
}

void
site_free(struct site **s)
{
	if (*s == NULL)
		return;
	free((*s)->name);
	free((*s)->base);
	free((*s)->root);
	free(*s);
	*s = NULL;
}

/* A site of that name that the caller owns. */
static struct site *
open_if_own(const char *name)
{
	struct site *s = site_open(name, NULL);

	if (s != NULL && s->uid != geteuid())
		site_free(&s);
	return s;
}

/* The caller stands in BASE/sites/NAME/... */
static struct site *
of_working_folder(void)
{
	char cwd[PATH_MAX], real[PATH_MAX];
	char *base = site_base(), *sites, *name;
	struct site *s = NULL;

	sites = xasprintf("%s/sites", base);
	free(base);
	if (getcwd(cwd, sizeof(cwd)) != NULL && realpath(sites, real) != NULL &&
	    strncmp(cwd, real, strlen(real)) == 0 && cwd[strlen(real)] == '/') {
		name = xstrdup(cwd + strlen(real) + 1);
		name[strcspn(name, "/")] = '\0';
		s = open_if_own(name);
		free(name);
	}
	free(sites);
	return s;
}

static struct site *
of_user(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct site *s;
	const char *last;

	if (pw == NULL)
		return NULL;
	if ((s = open_if_own(pw->pw_name)) != NULL)
		return s;
	last = strrchr(pw->pw_dir, '/');
	return last == NULL ? NULL : open_if_own(last + 1);
}

static struct site *
only_one(struct err *err_r)
{
	size_t n, found = 0;
	char **names = site_names(&n);
	struct site *s = NULL, *own;

	for (size_t i = 0; i < n; i++) {
		if ((own = open_if_own(names[i])) != NULL) {
			found++;
			site_free(&s);
			s = own;
		}
		free(names[i]);
	}
	free(names);
	if (found == 1)
		return s;
	site_free(&s);
	if (found == 0)
		err_set(err_r,
		    "no site of yours here"
		    " (work as a site's user or as root)");
	else
		err_set(err_r, "you own %zu sites (say -s SITE)", found);
	return NULL;
}

struct site *
site_own(struct err *err_r)
{
	const char *env = getenv("VEDETTE_SITE");
	struct site *s;

	if (env != NULL && *env != '\0')
		return site_open(env, err_r);
	if ((s = of_working_folder()) != NULL || (s = of_user()) != NULL)
		return s;
	return only_one(err_r);
}

char *
site_path(const struct site *s, const char *fmt, ...)
{
	struct str path = {0};
	va_list ap;

	str_addf(&path, "%s/", s->root);
	va_start(ap, fmt);
	str_vaddf(&path, fmt, ap);
	va_end(ap);
	return str_steal(&path);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
site_names(size_t *n_r)
{
	char *base = site_base(), *path = xasprintf("%s/sites", base);
	DIR *dir = opendir(path);
	const struct dirent *d;
	char **names = NULL;
	size_t n = 0, cap = 0;
	struct site *s;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if ((s = site_open(d->d_name, NULL)) == NULL)
			continue;
		site_free(&s);
		ARRAY_GROW(names, n, cap);
		names[n++] = xstrdup(d->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_name);
	free(path);
	free(base);
	*n_r = n;
	return names;
}
