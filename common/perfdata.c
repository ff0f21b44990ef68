/* SPDX-License-Identifier: Apache-2.0
 *
 * See perfdata.h.
 */
#include "common/perfdata.h"

#include "common/num.h"

/* The length of the number at the front of `s`. */
static size_t
number_len(struct slice s)
{
	size_t n = 0, digits = 0;

	if (n < s.len && (s.s[n] == '-' || s.s[n] == '+'))
		n++;
	while (
	    n < s.len && ((s.s[n] >= '0' && s.s[n] <= '9') || s.s[n] == '.')) {
		digits += s.s[n] != '.';
		n++;
	}
	if (digits == 0)
		return 0;
	if (n + 1 < s.len && (s.s[n] == 'e' || s.s[n] == 'E')) {
		size_t k = n + 1;

		if (k < s.len && (s.s[k] == '-' || s.s[k] == '+'))
			k++;
		if (k < s.len && s.s[k] >= '0' && s.s[k] <= '9') {
			while (k < s.len && s.s[k] >= '0' && s.s[k] <= '9')
				k++;
			n = k;
		}
	}
	return n;
}

/* The name at the front, with or without quotes; behind it stands '='. */
static bool
take_name(struct slice *rest, struct slice *name_r)
{
	char quote = rest->s[0];
	size_t n = 0;

	if (quote == '\'' || quote == '"') {
		for (n = 1; n < rest->len; n++) {
			if (rest->s[n] != quote)
				continue;
			if (n + 1 < rest->len && rest->s[n + 1] == quote)
				n++; /* twice: one in the name */
			else
				break;
		}
		if (n == 1 || n + 1 >= rest->len || rest->s[n + 1] != '=')
			return false;
		*name_r = (struct slice){rest->s + 1, n - 1};
		n += 2;
	} else {
		while (n < rest->len && rest->s[n] != '=' && rest->s[n] != ' ')
			n++;
		if (n == 0 || n == rest->len || rest->s[n] != '=')
			return false;
		*name_r = (struct slice){rest->s, n};
		n++;
	}
	rest->s += n;
	rest->len -= n;
	return true;
}

bool
perfdata_next(struct slice *rest, struct slice *name_r, double *value_r)
{
	for (;;) {
		bool found = false;

		*rest = slice_trim(*rest);
		if (rest->len == 0)
			return false;
		if (take_name(rest, name_r)) {
			size_t n = number_len(*rest);
			struct slice number = {rest->s, n};

			if (n > 0 && number.s[0] == '+') {
				number.s++;
				number.len--;
			}
			found = n > 0 && num_double(number, value_r);
		}
		while (rest->len > 0 && rest->s[0] != ' ') {
			rest->s++;
			rest->len--;
		}
		if (found)
			return true;
	}
}
