/*
 * writers.c - simulated writers of one entry.
 *
 * Must never take a short cut past merge_apply and merge_write. Read
 * tests/law/test_laws.c next.
 */
#include "tests/lib/writers.h"

#include "tests/lib/harness.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/mp.h"

#define OPS_BYTES_MAX (1u << 20)

void writers_init(struct writers *all)
{
	memset(all, 0, sizeof *all);
	arena_init(&all->arena, 64u << 20);
	all->now_ms = 1000;
	for (size_t i = 0; i < WRITERS_MAX; i++) {
		struct writer *writer = &all->writer[i];

		memset(writer->lid.b, (int)('A' + i), sizeof writer->lid.b);
		writer->state = merge_new(&all->arena);
		assert_non_null(writer->state);
		buf_init(&writer->ops, OPS_BYTES_MAX);
	}
}

void writers_release(struct writers *all)
{
	for (size_t i = 0; i < WRITERS_MAX; i++)
		buf_release(&all->writer[i].ops);
	arena_release(&all->arena);
}

int writers_begin(void **state)
{
	static struct writers all;

	writers_init(&all);
	*state = &all;
	return 0;
}

int writers_end(void **state)
{
	writers_release(*state);
	return 0;
}

static const char *pack_element(const char *at, struct buf *out);

/* Elements up to the closing sign, each after its key in a map. */
static const char *pack_many(const char *at, struct buf *out)
{
	bool is_map = *at == '{';
	char close = is_map ? '}' : ']';
	struct buf inside;
	size_t count = 0;

	buf_init(&inside, OPS_BYTES_MAX);
	at++;
	while (*at != close) {
		at = pack_element(at, &inside);
		if (is_map) {
			assert_int_equal(*at, ':');
			at = pack_element(at + 1, &inside);
		}
		count++;
		at += *at == ',' ? 1 : 0;
	}
	if (is_map)
		mp_put_map(out, count);
	else
		mp_put_array(out, count);
	assert_int_equal(buf_put(out, inside.ptr, inside.len), 0);
	buf_release(&inside);
	return at + 1;
}

static const char *pack_element(const char *at, struct buf *out)
{
	const char *end = at;
	char *after = NULL;

	if (*at == '[' || *at == '{')
		return pack_many(at, out);
	if (*at == '"') {
		end = strchr(at + 1, '"');
		mp_put_str(out, bytes_of(at + 1, (size_t)(end - at - 1)));
		return end + 1;
	}
	if (*at == 't' || *at == 'f') {
		mp_put_bool(out, *at == 't');
		return at + (*at == 't' ? 4 : 5);
	}
	if (*at == 'n') {
		mp_put_nil(out);
		return at + 3;
	}
	mp_put_int(out, strtoll(at, &after, 10));
	assert_ptr_not_equal(after, at);
	return after;
}

void writers_pack(const char *notation, struct buf *out)
{
	assert_int_equal(*pack_element(notation, out), '\0');
}

static void show_element(struct mp_reader *reader, struct buf *out);

static void show_many(struct mp_reader *reader, struct buf *out)
{
	bool is_map = mp_peek(reader) == MP_MAP;
	size_t count = 0;

	assert_int_equal(is_map ? mp_read_map(reader, &count)
				: mp_read_array(reader, &count),
			 0);
	err_ignore(buf_put_u8(out, is_map ? '{' : '['), "sticks");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			err_ignore(buf_put_u8(out, ','), "sticks");
		show_element(reader, out);
		if (is_map) {
			err_ignore(buf_put_u8(out, ':'), "sticks");
			show_element(reader, out);
		}
	}
	err_ignore(buf_put_u8(out, is_map ? '}' : ']'), "sticks");
}

static void show_element(struct mp_reader *reader, struct buf *out)
{
	enum mp_type type = mp_peek(reader);
	struct bytes span = { 0 };
	int64_t number = 0;
	bool truth = false;

	if (type == MP_ARRAY || type == MP_MAP) {
		show_many(reader, out);
	} else if (type == MP_STR) {
		assert_int_equal(mp_read_str(reader, &span), 0);
		err_ignore(buf_printf(out, "\"%.*s\"", (int)span.len,
				      (const char *)span.ptr),
			   "sticks");
	} else if (type == MP_BOOL) {
		assert_int_equal(mp_read_bool(reader, &truth), 0);
		err_ignore(buf_printf(out, truth ? "true" : "false"), "sticks");
	} else if (type == MP_UINT || type == MP_INT) {
		assert_int_equal(mp_read_int(reader, &number), 0);
		err_ignore(buf_printf(out, "%" PRId64, number), "sticks");
	} else {
		assert_int_equal(mp_read_raw(reader, &span), 0);
		err_ignore(buf_printf(out, "?"), "sticks");
	}
}

const char *writers_show(struct writers *all, struct bytes element)
{
	struct mp_reader reader = mp_reader(element);
	const char *text = NULL;
	struct buf out;

	buf_init(&out, OPS_BYTES_MAX);
	show_element(&reader, &out);
	assert_int_equal(out.failed, 0);
	text = arena_str(&all->arena, buf_bytes(&out));
	buf_release(&out);
	assert_non_null(text);
	return text;
}

const char *writers_read(struct writers *all, size_t who, uint32_t number)
{
	struct merge_field field;
	const char *text = NULL;
	struct buf out;

	buf_init(&out, OPS_BYTES_MAX);
	assert_int_equal(merge_read(all->writer[who].state, number, &field), 0);
	if (field.count == 0)
		err_ignore(buf_printf(&out, "-"), "sticks");
	for (size_t i = 0; i < field.count; i++)
		err_ignore(buf_printf(&out, "%s%s", i > 0 ? " | " : "",
				      writers_show(all, field.values[i].value)),
			   "sticks");
	assert_int_equal(out.failed, 0);
	text = arena_str(&all->arena, buf_bytes(&out));
	buf_release(&out);
	assert_non_null(text);
	return text;
}

void writers_form(const char *notation, struct buf *out)
{
	const uint8_t bin[MERGE_ITEM_BYTES] = { 7 };
	struct buf packed;
	size_t at = 0;

	buf_init(&packed, OPS_BYTES_MAX);
	writers_pack(notation, &packed);
	while (at < packed.len) {
		bool is_str = at + 1 < packed.len && packed.ptr[at] == 0xa1;
		uint8_t mark = is_str ? packed.ptr[at + 1] : 0;

		if (mark == 'D')
			mp_put_bin(out, bytes_of(bin, DOT_BYTES));
		else if (mark == 'I')
			mp_put_bin(out, bytes_of(bin, MERGE_ITEM_BYTES));
		else
			err_ignore(buf_put_u8(out, packed.ptr[at]), "sticks");
		at += mark == 'D' || mark == 'I' ? 2 : 1;
	}
	assert_int_equal(out->failed, 0);
	buf_release(&packed);
}

struct merge_field writers_field(struct writers *all, size_t who,
				 uint32_t number)
{
	struct merge_field read;

	assert_int_equal(merge_read(all->writer[who].state, number, &read), 0);
	return read;
}

void writers_expect(struct writers *all, size_t who, uint32_t number,
		    const char *notation)
{
	assert_string_equal(writers_read(all, who, number), notation);
}

void writers_write(struct writers *all, size_t who, uint32_t number,
		   uint32_t rule, const char *notation)
{
	assert_true(writers_set(all, who, number, rule, notation));
	writers_commit(all, who);
}

bool writers_edit(struct writers *all, size_t who,
		  const struct merge_edit *edit)
{
	struct writer *writer = &all->writer[who];
	size_t before = writer->ops.len;
	bool changed = false;

	assert_int_equal(
		merge_write(writer->state, edit, &writer->ops, &changed), 0);
	assert_true(changed == (writer->ops.len > before));
	writer->pairs += changed ? 1 : 0;
	return changed;
}

bool writers_set(struct writers *all, size_t who, uint32_t number,
		 uint32_t rule, const char *notation)
{
	struct merge_edit edit = { .number = number, .rule = rule };
	struct buf wanted;
	bool changed = false;

	buf_init(&wanted, OPS_BYTES_MAX);
	writers_pack(notation, &wanted);
	edit.wanted = buf_bytes(&wanted);
	changed = writers_edit(all, who, &edit);
	buf_release(&wanted);
	return changed;
}

void writers_life(struct writers *all, size_t who, bool deleted)
{
	struct writer *writer = &all->writer[who];

	assert_int_equal(merge_write_life(writer->state, deleted, &writer->ops),
			 0);
	writer->pairs++;
}

size_t writers_commit(struct writers *all, size_t who)
{
	struct writer *writer = &all->writer[who];
	struct buf whole;
	size_t number = 0;

	buf_init(&whole, OPS_BYTES_MAX);
	mp_put_map(&whole, writer->pairs);
	assert_int_equal(buf_put(&whole, writer->ops.ptr, writer->ops.len), 0);
	number = writers_raw(all, who, buf_bytes(&whole));
	buf_release(&whole);
	buf_clear(&writer->ops);
	writer->pairs = 0;
	return number;
}

size_t writers_raw(struct writers *all, size_t who, struct bytes ops)
{
	struct writer *writer = &all->writer[who];
	size_t number = all->block_count++;
	struct merge_block *block = &all->block[number];
	uint64_t tip = UINT64_C(0xcbf29ce484222325) ^ who;

	assert_true(number < WRITERS_BLOCKS_MAX);
	for (size_t i = 0; i < ops.len; i++)
		tip = (tip ^ ops.ptr[i]) * UINT64_C(0x100000001b3);
	block->dot.lid = writer->lid;
	block->dot.seq = ++writer->seq;
	le64_put(block->dot.tip, tip);
	block->stamp = hlc_next(&writer->clock, ++all->now_ms);
	block->ops = bytes_of(arena_copy(&all->arena, ops), ops.len);
	assert_non_null(block->ops.ptr);
	writers_deliver(all, number, who);
	return number;
}

void writers_deliver(struct writers *all, size_t block, size_t to)
{
	struct writer *writer = &all->writer[to];

	hlc_seen(&writer->clock, all->block[block].stamp, all->now_ms, 300000);
	assert_int_equal(merge_apply(writer->state, &all->block[block]), 0);
	writer->has[block] = true;
}

void writers_send(struct writers *all, size_t from, size_t to)
{
	for (size_t i = 0; i < all->block_count; i++)
		if (all->writer[from].has[i])
			writers_deliver(all, i, to);
}

void writers_meet(struct writers *all, size_t a, size_t b)
{
	writers_send(all, a, b);
	writers_send(all, b, a);
}
