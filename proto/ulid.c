/*
 * ulid.c - 128 bits as 26 letters and back.
 *
 * Makes no randomness of its own. 26 letters hold 130 bits, so the first is
 * at most 7.
 */
#include "proto/ulid.h"

#include "proto/base/panic.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct id16 ulid_make(uint64_t ms, const uint8_t random[10])
{
	struct id16 id;
	size_t i;

	kept_assert(ms <= ULID_MS_MAX);
	for (i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(id.b + 6, random, 10);
	return id;
}

uint64_t ulid_ms(const struct id16 *id)
{
	uint64_t ms = 0;
	size_t i;

	for (i = 0; i < 6; i++)
		ms = (ms << 8) | id->b[i];
	return ms;
}

void ulid_format(const struct id16 *id, char out[ULID_TEXT_BYTES + 1])
{
	uint32_t held = 0;
	unsigned bits = 2; /* the two that are always 0 */
	size_t at = 0;
	size_t i;

	for (i = 0; i < sizeof id->b; i++) {
		held = (held << 8) | id->b[i];
		bits += 8;
		for (; bits >= 5; bits -= 5)
			out[at++] = letters[(held >> (bits - 5)) & 31u];
	}
	out[at] = '\0';
}

/* 0..31, or 32 for what is no letter of it. */
static uint32_t letter_value(uint8_t c)
{
	const char *found;

	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	found = c == 0 ? NULL : strchr(letters, c);
	return found == NULL ? 32 : (uint32_t)(found - letters);
}

int ulid_parse(struct bytes text, struct id16 *out)
{
	struct id16 id;
	uint32_t held = 0;
	unsigned bits = 0;
	size_t at = 0;
	size_t i;

	if (text.len != ULID_TEXT_BYTES || letter_value(text.ptr[0]) > 7)
		return ERR_MALFORMED;
	for (i = 0; i < text.len; i++) {
		uint32_t v = letter_value(text.ptr[i]);

		if (v > 31)
			return ERR_MALFORMED;
		held = (held << 5) | v;
		bits += i == 0 ? 3 : 5;
		if (bits >= 8) {
			bits -= 8;
			id.b[at++] = (uint8_t)(held >> bits);
		}
	}
	*out = id;
	return 0;
}

bool ulid_ends_with(const struct id16 *id, struct bytes ending)
{
	char text[ULID_TEXT_BYTES + 1];
	size_t skip;
	size_t i;

	if (ending.len == 0 || ending.len > ULID_TEXT_BYTES)
		return false;
	ulid_format(id, text);
	skip = ULID_TEXT_BYTES - ending.len;
	for (i = 0; i < ending.len; i++) {
		uint32_t v = letter_value(ending.ptr[i]);

		if (v > 31 || letters[v] != text[skip + i])
			return false;
	}
	return true;
}
