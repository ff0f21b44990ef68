/* SPDX-License-Identifier: Apache-2.0
 *
 * Short messages by a program of this machine: sendsms of the smstools,
 * gammu-smsd-inject, gnokii or a script of one's own. The text alone is pure.
 */
#ifndef NOTIFYD_METHODS_SMS_H
#define NOTIFYD_METHODS_SMS_H

#include "common/err.h"
#include "common/str.h"
#include "notifyd/methods/method.h"
#include "notifyd/methods/script.h"

/*
 * Appends the text as one line of the GSM alphabet (03.38), at most `max` of
 * its characters; those of its extension count twice, others become '?'.
 */
void sms_text(struct str *to, struct slice text, unsigned max);
void sms_start(struct scripts *scripts, struct delivery *d);

#endif
