/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases of an event (event-console.md section 7).
 */
#ifndef EVENTD_EVENT_PHASE_H
#define EVENTD_EVENT_PHASE_H

enum phase {
	PHASE_OPEN,
	PHASE_ACK,
	PHASE_COUNTING,
	PHASE_DELAYED,
	PHASE_CLOSED
};
#define PHASE_COUNT 5

#endif
