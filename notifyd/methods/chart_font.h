/* SPDX-License-Identifier: Apache-2.0
 *
 * Letters of 5 by 8 dots for chart.h: five columns each, the lowest bit on
 * top.
 */
#ifndef NOTIFYD_METHODS_CHART_FONT_H
#define NOTIFYD_METHODS_CHART_FONT_H

#define CHART_FONT_WIDTH 5
#define CHART_FONT_FIRST ' '
#define CHART_FONT_LAST  '~'

extern const unsigned char chart_font[CHART_FONT_LAST - CHART_FONT_FIRST + 1]
				     [CHART_FONT_WIDTH];

#endif
