/* SPDX-License-Identifier: Apache-2.0
 *
 * See snmp_library.h.
 */
#include "common/snmp_library.h"

#include "common/mem.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

void
snmp_library_start(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	init_snmp("vedette");
}

static const struct {
	const char *word;
	int type;
} privacies[] = {{"des", USM_CREATE_USER_PRIV_DES},
    {"aes", USM_CREATE_USER_PRIV_AES}, {"aes128", USM_CREATE_USER_PRIV_AES},
    {"aes-128", USM_CREATE_USER_PRIV_AES},
    {"aes192", USM_CREATE_USER_PRIV_AES192},
    {"aes-192", USM_CREATE_USER_PRIV_AES192},
    {"aes256", USM_CREATE_USER_PRIV_AES256},
    {"aes-256", USM_CREATE_USER_PRIV_AES256},
    {"aes192c", USM_CREATE_USER_PRIV_AES192_CISCO},
    {"aes256c", USM_CREATE_USER_PRIV_AES256_CISCO}};

int
snmp_privacy_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(privacies); i++)
		if (strcasecmp(privacies[i].word, word) == 0)
			return privacies[i].type;
	return -1;
}
