/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-eventd for the skeleton.
 */
#ifndef EVENTD_DAEMON_H
#define EVENTD_DAEMON_H

#include "common/daemon.h"

extern const struct daemon_def eventd_daemon;

#endif
