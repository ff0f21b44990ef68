/* SPDX-License-Identifier: Apache-2.0
 *
 * PrtSubUnitStatusTC of the Printer-MIB: the state of a tray. Pure.
 */
#ifndef FETCHER_CHECKS_PRINTER_STATUS_H
#define FETCHER_CHECKS_PRINTER_STATUS_H

#include "fetcher/checks/out.h"

/* "Status: Available and idle, Alerts: None" */
void printer_status_say(struct check_out *out, double status);

#endif
