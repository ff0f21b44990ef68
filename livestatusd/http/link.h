/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed links of mails (common/signed_link.h): link/TOKEN. GET asks, POST
 * does it, once, in the name of the contact that got the mail, with this
 * contact's permissions of now.
 */
#ifndef LIVESTATUSD_HTTP_LINK_H
#define LIVESTATUSD_HTTP_LINK_H

#include "livestatusd/http/internal.h"

bool link_is_path(const char *path);
void link_handle(struct http_request *r);

#endif
