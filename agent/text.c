/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files, lines and words.
 */
#include "agent/text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (16u << 20)

void *
text_alloc(size_t size)
{
	void *p = calloc(1, size);
	if (p == NULL) {
		fputs("vedette-agent: out of memory\n", stderr);
		abort();
	}
	return p;
}

char *
text_format(const char *fmt, ...)
{
	char *text;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		fputs("vedette-agent: out of memory\n", stderr);
		abort();
	}
	return text;
}

static char *
read_all(int fd, size_t *len_r)
{
	size_t len = 0, cap = 4096;
	char *data = text_alloc(cap);
	for (;;) {
		ssize_t n = read(fd, data + len, cap - len - 1);
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len + 1 < cap)
			continue;
		if (cap >= MAX_FILE)
			break;
		char *bigger = text_alloc(cap * 2);
		memcpy(bigger, data, len);
		free(data);
		data = bigger;
		cap *= 2;
	}
	data[len] = '\0';
	*len_r = len;
	return data;
}

char *
text_read(const char *dir, const char *name, size_t *len_r)
{
	char *path = text_format("%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len;
	free(path);
	if (fd < 0)
		return NULL;
	char *data = read_all(fd, &len);
	close(fd);
	if (len_r != NULL)
		*len_r = len;
	return data;
}

void
text_first_line(const char *dir, const char *name, char *line, size_t size)
{
	char *data = text_read(dir, name, NULL);
	snprintf(line, size, "%.*s",
	    data == NULL ? 0 : (int)strcspn(data, "\n"),
	    data == NULL ? "" : data);
	free(data);
}

char *
text_line(char **rest)
{
	char *line = *rest;
	if (line == NULL || *line == '\0')
		return NULL;
	char *lf = strchr(line, '\n');
	if (lf != NULL)
		*lf = '\0';
	*rest = lf == NULL ? NULL : lf + 1;
	return line;
}

char *
text_word(char **rest)
{
	char *word = *rest;
	if (word == NULL)
		return NULL;
	word += strspn(word, " \t");
	if (*word == '\0')
		return NULL;
	char *end = word + strcspn(word, " \t");
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

void
text_unescape(char *s)
{
	char *to = s;
	while (*s != '\0') {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 +
			    (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

bool
text_in_list(const char *list, const char *name)
{
	size_t len = strlen(name);
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ", ");
		if (n == len && memcmp(list, name, n) == 0)
			return true;
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}
