/* SPDX-License-Identifier: Apache-2.0
 *
 * A message as bytes for another syslog server: RFC 5424 or the habit of RFC
 * 3164, framed for a stream (RFC 6587). Pure.
 */
#ifndef EVENTD_FORWARD_FORMAT_H
#define EVENTD_FORWARD_FORMAT_H

#include "eventd/parse/syslog.h"

enum forward_format {
	FORWARD_5424,
	FORWARD_3164
};
enum forward_framing {
	FORWARD_COUNTED,
	FORWARD_LINES
};

/*
 * Appends one frame. What does not fit a header of RFC 5424 (a host of more
 * than 255 characters, blanks in a tag) goes into the element Checkmk@18662,
 * which a Vedette or Checkmk at the other end understands; so does a service
 * level. The private facilities 30 and 31 become local0.
 */
void forward_frame(struct str *out, const struct message *m,
    enum forward_format format, enum forward_framing framing);

#endif
