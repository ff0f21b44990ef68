/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of var/log/audit.log about people of the console, beside those that
 * the command `vedette` writes about the configuration.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
add_client(struct http_request *r, char *to, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info == NULL ? NULL : info->client_addr;

	if (a != NULL && a->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr,
		    to, (socklen_t)size);
	else if (a != NULL && a->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)a)->sin6_addr, to,
		    (socklen_t)size);
}

void
http_audit(struct http_request *r, const char *action, const char *message)
{
	time_t now = (time_t)(clock_wall() / NS_PER_S);
	char when[40] = "", from[INET6_ADDRSTRLEN] = "?", *path, *dump, *line;
	json_t *entry;
	struct tm tm;
	int fd;

	if (localtime_r(&now, &tm) != NULL)
		strftime(when, sizeof(when), "%FT%T%z", &tm);
	add_client(r, from, sizeof(from));
	entry = json_pack("{s:s, s:s, s:o, s:s, s:s*}", "time", when, "who",
	    r->user, "from", json_sprintf("console, %s", from), "action",
	    action, "message", message);
	dump = json_dumps(entry, JSON_COMPACT);
	line = xasprintf("%s\n", dump != NULL ? dump : "{}");
	path = daemon_path(r->h->d, "var/log/audit.log");
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd == -1 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		log_warn("audit: %s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	free(path);
	free(line);
	free(dump);
	json_decref(entry);
}
