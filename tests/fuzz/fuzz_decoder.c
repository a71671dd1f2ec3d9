/*
 * Goal: no bytes make a decoder crash, read outside, or take what mpcheck
 * refuses. Method: the first byte picks a table and a row, the rest is the
 * message; what decodes has to encode again, and an entry that is read has to
 * be shown.
 */
#include <stdint.h>

#include "proto/base/panic.h"
#include "proto/codec.h"
#include "proto/entryform.h"
#include "proto/mpcheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void try_message(const struct schema_message *desc, struct bytes input,
			struct arena *arena)
{
	void *msg = arena_alloc(arena, 1, desc->struct_bytes);
	struct buf again;

	kept_assert(msg != NULL);
	if (codec_decode(desc, input, arena, msg) != 0)
		return;
	kept_assert(mpcheck(input, MPCHECK_CANONICAL) == 0);
	buf_init(&again, 2u << 20);
	kept_assert(codec_encode(desc, msg, &again) == 0);
	kept_assert(again.len <= input.len);
	buf_release(&again);
}

static void try_params(size_t place, struct bytes input, struct arena *arena)
{
	const struct schema_message *desc =
		schema_rpc_at(place % RPC_METHOD_COUNT)->params;
	void *msg = arena_alloc(arena, 1, desc->struct_bytes);
	struct err err;

	kept_assert(msg != NULL);
	if (codec_decode_named(desc, input, arena, msg, &err) != 0)
		kept_assert(err.text[0] != '\0');
}

static void try_entry(struct bytes input, struct arena *arena)
{
	struct entry_shown shown = { .rev = 1 };
	struct entry_stored fields[ENTRY_FIELDS_MAX];
	struct entryform form;
	struct buf out;
	struct err err;

	if (entryform_read(&form, input, arena, &err) != 0)
		return;
	shown.kind = form.kind;
	shown.fields = fields;
	for (size_t i = 0; i < form.count; i++) {
		const struct entryform_value *value = &form.values[i];

		kept_assert(mpcheck(value->stored, MPCHECK_CANONICAL) == 0);
		/* lists as one item each: a form they do not have */
		fields[shown.field_count++] = (struct entry_stored){
			.number = value->field->number,
			.rule = (uint32_t)value->field->rule,
			.values = &value->stored,
			.count = 1,
		};
	}
	buf_init(&out, 4u << 20);
	kept_assert(entryform_write(&shown, &out) == 0);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct bytes rest = bytes_of(input + 1, size > 0 ? size - 1 : 0);
	const struct schema_message *desc = NULL;
	struct arena arena;

	if (size == 0)
		return 0;
	arena_init(&arena, 8u << 20);
	if (input[0] < 64)
		desc = schema_control(input[0]);
	else if (input[0] < 128)
		desc = schema_sync(input[0] - 64u);
	else if (input[0] < 255)
		try_params(input[0] - 128u, rest, &arena);
	else
		try_entry(rest, &arena);
	if (desc != NULL)
		try_message(desc, rest, &arena);
	arena_release(&arena);
	return 0;
}
