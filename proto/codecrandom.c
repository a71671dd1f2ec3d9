/*
 * codecrandom.c - random valid messages from their descriptors, for the
 * simulator and for tests.
 *
 * Bounds themselves are among the values, as long as a message stays small
 * enough for its max_bytes. Never for keys. Read next: codec.c.
 */
#include "proto/codec.h"

#include "proto/base/panic.h"
#include "proto/base/utf8.h"

/* Now and then a bound, else something small. */
static uint64_t random_size(struct prng *prng, uint64_t bound, uint64_t cap)
{
	uint64_t most = bound < cap ? bound : cap;

	if (prng_chance(prng, 1, 8))
		return most;
	return prng_below(prng, (most < 24 ? most : 24) + 1);
}

static uint64_t random_number(struct prng *prng, uint64_t bound)
{
	uint64_t bits = prng_below(prng, 64);

	if (prng_chance(prng, 1, 8))
		return bound;
	bits = prng_u64(prng) >> bits;
	return bits <= bound ? bits : bits % (bound + 1);
}

static int random_bytes(struct prng *prng, struct arena *arena, size_t len,
			uint8_t **out)
{
	*out = arena_alloc(arena, len + 1, 1);
	if (*out == NULL)
		return ERR_NOMEM;
	prng_fill(prng, *out, len);
	return 0;
}

static int random_text(struct prng *prng, struct arena *arena, size_t len,
		       struct bytes *out)
{
	static const uint32_t some[] = { 'a',    'z',     ' ', 0xe4,
					 0x4e2d, 0x1f331, '\n' };
	uint8_t *text = arena_alloc(arena, len + 4, 1);
	size_t at = 0;

	if (text == NULL)
		return ERR_NOMEM;
	while (at < len) {
		uint8_t scalar[4];
		size_t width = utf8_put(
			some[prng_below(prng, KEPT_ARRAY_COUNT(some))], scalar);

		if (at + width > len) {
			text[at++] = '.';
			continue;
		}
		memcpy(text + at, scalar, width);
		at += width;
	}
	*out = bytes_of(text, len);
	return 0;
}

static int random_span(const struct schema_field *field, struct prng *prng,
		       struct arena *arena, void *member)
{
	size_t len = (size_t)random_size(prng, field->bound, 512);
	struct bytes span = { NULL, 0 };
	uint8_t *fill = NULL;
	int rc;

	if (field->type == SCHEMA_STR) {
		rc = random_text(prng, arena, len, &span);
	} else {
		rc = random_bytes(prng, arena, len, &fill);
		span = bytes_of(fill, len);
	}
	if (rc == 0 && field->type == SCHEMA_RAW && fill != NULL) {
		fill[0] &= 0x7f; /* a small number is an element */
		span.len = 1;
	}
	memcpy(member, &span, sizeof span);
	return rc;
}

static int random_fixes(const struct schema_field *field, struct prng *prng,
			struct arena *arena, void *member)
{
	struct schema_fixes fixes;
	uint8_t *fill;
	int rc;

	fixes.count = (size_t)random_size(prng, field->bound, 16);
	rc = random_bytes(prng, arena, fixes.count * field->fix_bytes, &fill);
	fixes.ptr = fill;
	memcpy(member, &fixes, sizeof fixes);
	return rc;
}

static int random_flat(const struct schema_field *field, struct prng *prng,
		       struct arena *arena, void *member)
{
	uint64_t number;
	bool flag;

	switch (field->type) {
	case SCHEMA_U64:
	case SCHEMA_I64:
		number = random_number(prng, field->bound < UINT64_MAX
						     ? field->bound
						     : UINT64_MAX - 1);
		memcpy(member, &number, sizeof number);
		return 0;
	case SCHEMA_FLAG:
		flag = prng_chance(prng, 1, 2);
		memcpy(member, &flag, sizeof flag);
		return 0;
	case SCHEMA_FIX:
		prng_fill(prng, member, field->fix_bytes);
		return 0;
	case SCHEMA_BIN:
	case SCHEMA_STR:
	case SCHEMA_RAW:
		return random_span(field, prng, arena, member);
	case SCHEMA_FIXES:
		return random_fixes(field, prng, arena, member);
	case SCHEMA_LIST:
	case SCHEMA_STRS:
		break;
	}
	kept_unreachable("lists are filled item by item");
}

static int random_part(const struct schema_message *desc, struct prng *prng,
		       struct arena *arena, void *out)
{
	size_t i;
	int rc;

	for (i = 0; i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];

		if (!field->required && prng_chance(prng, 1, 2))
			continue;
		rc = random_flat(field, prng, arena,
				 (uint8_t *)out + field->offset);
		if (rc != 0)
			return rc;
		*codec_present(desc, out) |= UINT32_C(1) << i;
	}
	return 0;
}

static int random_list(const struct schema_field *field, struct prng *prng,
		       struct arena *arena, void *member)
{
	struct schema_list list;
	struct bytes *strs;
	uint8_t *items;
	size_t i;
	int rc = 0;

	list.count = (size_t)random_size(prng, field->bound, 6);
	strs = arena_alloc(arena, list.count + 1,
			   field->sub == NULL ? sizeof *strs
					      : field->sub->struct_bytes);
	if (strs == NULL)
		return ERR_NOMEM;
	items = (uint8_t *)strs;
	for (i = 0; rc == 0 && i < list.count; i++) {
		if (field->sub == NULL)
			rc = random_text(prng, arena, 1 + i, &strs[i]);
		else
			rc = random_part(field->sub, prng, arena,
					 items + i * field->sub->struct_bytes);
	}
	list.items = items;
	memcpy(member, &list, sizeof list);
	return rc;
}

int codec_random(const struct schema_message *desc, struct prng *prng,
		 struct arena *arena, void *out)
{
	size_t i;
	int rc;

	memset(out, 0, desc->struct_bytes);
	for (i = 0; i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];
		void *member = (uint8_t *)out + field->offset;

		if (!field->required && prng_chance(prng, 1, 2))
			continue;
		if (field->type == SCHEMA_LIST || field->type == SCHEMA_STRS)
			rc = random_list(field, prng, arena, member);
		else
			rc = random_flat(field, prng, arena, member);
		if (rc != 0)
			return rc;
		*codec_present(desc, out) |= UINT32_C(1) << i;
	}
	return 0;
}
