/* SPDX-License-Identifier: Apache-2.0
 *
 * What each daemon that uses net-snmp needs of it first: the library without
 * files of any kind, and its types of the words that people write.
 */
#ifndef COMMON_SNMP_LIBRARY_H
#define COMMON_SNMP_LIBRARY_H

/*
 * No MIB files, no configuration files, no state kept, no log. Later calls do
 * nothing. Sets an environment variable: on the loop's thread alone.
 */
void snmp_library_start(void);

/* USM_CREATE_USER_PRIV_* of a word like "aes" or "AES-256"; -1: none. */
int snmp_privacy_of(const char *word);

#endif
