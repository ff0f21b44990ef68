/* SPDX-License-Identifier: Apache-2.0
 *
 * The side table of places: from a container and a key or index to where the
 * key and the value stand in the file. Open addressing over 64-bit hashes of
 * (container's address, key); a collision would show a wrong line in a
 * message, nothing else.
 */
#ifndef COMMON_CONFIG_YAML_PLACES_H
#define COMMON_CONFIG_YAML_PLACES_H

#include "common/config/yaml.h"

struct yaml_place {
	uint64_t id; /* 0: empty */
	struct yaml_pos key, value;
};

/* The same once all are known: less than half as large. */
struct yaml_sealed {
	uint64_t id;
	uint32_t key, value; /* line << 10 | column, cut to what fits */
};

struct yaml_places { /* {0} is empty */
	struct yaml_place *items;
	size_t n, cap;
	struct yaml_sealed *sealed; /* n, by id; `items` is NULL then */
};

uint64_t yaml_place_key(const json_t *object, const char *key);
uint64_t yaml_place_index(const json_t *array, size_t index);
void yaml_places_add(struct yaml_places *places, uint64_t id,
    struct yaml_pos key, struct yaml_pos value);
/* Nothing is added from now on. */
void yaml_places_seal(struct yaml_places *places);
/* {0, 0} if it is not there. */
struct yaml_pos yaml_places_find(
    const struct yaml_places *places, uint64_t id, bool key);
void yaml_places_free(struct yaml_places *places); /* ready for use again */

#endif
