/*
 * reference.c - the meaning of a set of blocks, by brute force.
 *
 * Must never be clever: every question loops over all blocks. Read
 * tests/law/test_laws.c next.
 */
#include "tests/law/reference.h"

#include <stdlib.h>

#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/lib/harness.h"

/* The op of a block for (number, rule), after its rule; false if none. */
static bool find_op(const struct reference *all, size_t block, uint32_t number,
		    uint32_t rule, struct mp_reader *payload)
{
	struct mp_reader reader = mp_reader(all->block[block].ops);
	uint64_t found_number = 0;
	uint64_t found_rule = 0;
	struct bytes op;
	size_t pairs = 0;
	size_t arity = 0;

	if (!all->has[block] || all->is_void[block] ||
	    mp_read_map(&reader, &pairs) != 0)
		return false;
	for (size_t i = 0; i < pairs; i++) {
		assert_int_equal(mp_read_uint(&reader, &found_number), 0);
		assert_int_equal(mp_read_raw(&reader, &op), 0);
		*payload = mp_reader(op);
		assert_int_equal(mp_read_array(payload, &arity), 0);
		assert_int_equal(mp_read_uint(payload, &found_rule), 0);
		if (found_number == number && found_rule == rule)
			return true;
	}
	return false;
}

static struct bytes raw(struct mp_reader *reader)
{
	struct bytes span = { 0 };

	assert_int_equal(mp_read_raw(reader, &span), 0);
	return span;
}

static size_t array(struct mp_reader *reader)
{
	size_t count = 0;

	assert_int_equal(mp_read_array(reader, &count), 0);
	return count;
}

static struct bytes bin(struct mp_reader *reader)
{
	struct bytes span = { 0 };

	assert_int_equal(mp_read_bin(reader, &span), 0);
	return span;
}

static bool is_dot(struct bytes packed, const struct dot *dot)
{
	uint8_t ours[DOT_BYTES];

	dot_pack(dot, ours);
	return bytes_equal(packed, bytes_of(ours, sizeof ours));
}

/* Is dot in the array of dots at reader? Moves past it. */
static bool has_dot(struct mp_reader *reader, const struct dot *dot)
{
	bool found = false;

	for (size_t left = array(reader); left > 0; left--)
		found = is_dot(bin(reader), dot) || found;
	return found;
}

bool reference_is_named(const struct reference *all, uint32_t number,
			uint32_t rule, const struct dot *dot)
{
	struct mp_reader payload;

	for (size_t i = 0; i < all->block_count; i++)
		if (find_op(all, i, number, rule, &payload) &&
		    has_dot(&payload, dot))
			return true;
	return false;
}

static int newest_first(const void *a, const void *b)
{
	const struct merge_value *left = a;
	const struct merge_value *right = b;

	if (left->stamp != right->stamp)
		return left->stamp > right->stamp ? -1 : 1;
	return dot_compare(&right->dot, &left->dot);
}

/* Sorted newest first, so of equal values the first stays. */
static void settle_register(struct reference_field *out)
{
	size_t kept = 0;

	qsort(out->values, out->count, sizeof *out->values, newest_first);
	for (size_t i = 0; i < out->count; i++) {
		bool is_new = true;

		for (size_t j = 0; j < kept; j++)
			if (bytes_equal(out->values[i].value,
					out->values[j].value))
				is_new = false;
		if (is_new)
			out->values[kept++] = out->values[i];
	}
	out->count = kept < LIMIT_SIBLINGS ? kept : LIMIT_SIBLINGS;
	out->has_siblings = kept > 1;
}

static void add_value(struct reference_field *out, const struct dot *dot,
		      uint64_t stamp, struct bytes value)
{
	assert_true(out->count < REFERENCE_VALUES_MAX);
	out->values[out->count++] = (struct merge_value){
		.dot = *dot,
		.stamp = stamp,
		.value = value,
	};
}

static void read_register(const struct reference *all, uint32_t number,
			  uint32_t rule, struct reference_field *out)
{
	struct mp_reader payload;

	for (size_t i = 0; i < all->block_count; i++) {
		const struct merge_block *block = &all->block[i];

		if (!find_op(all, i, number, rule, &payload))
			continue;
		out->is_there = true;
		raw(&payload);
		if (mp_peek(&payload) != MP_NIL &&
		    !reference_is_named(all, number, rule, &block->dot))
			add_value(out, &block->dot, block->stamp,
				  raw(&payload));
	}
	settle_register(out);
}

static bool is_removed(const struct reference *all, uint32_t number,
		       const struct dot *dot, struct bytes element)
{
	struct mp_reader payload;

	for (size_t i = 0; i < all->block_count; i++) {
		size_t left = 0;

		if (!find_op(all, i, number, RULE_orset, &payload))
			continue;
		for (left = array(&payload); left > 0; left--) {
			struct bytes seen;

			assert_int_equal(array(&payload), 2);
			seen = bin(&payload);
			if (bytes_equal(raw(&payload), element) &&
			    is_dot(seen, dot))
				return true;
		}
	}
	return false;
}

static int by_element(const void *a, const void *b)
{
	const struct merge_value *left = a;
	const struct merge_value *right = b;

	return bytes_compare(left->value, right->value);
}

static void read_orset(const struct reference *all, uint32_t number,
		       struct reference_field *out)
{
	struct mp_reader payload;

	for (size_t i = 0; i < all->block_count; i++) {
		const struct merge_block *block = &all->block[i];
		struct bytes element;

		if (!find_op(all, i, number, RULE_orset, &payload))
			continue;
		out->is_there = true;
		raw(&payload);
		for (size_t left = array(&payload); left > 0; left--) {
			element = raw(&payload);
			if (!is_removed(all, number, &block->dot, element))
				add_value(out, &block->dot, block->stamp,
					  element);
		}
	}
	settle_register(out);
	out->has_siblings = false;
	qsort(out->values, out->count, sizeof *out->values, by_element);
}

struct item {
	struct dot dot;
	uint64_t height;
	uint64_t stamp;
	uint16_t place;
	uint8_t id[MERGE_ITEM_BYTES];
	uint8_t after[MERGE_ITEM_BYTES]; /* zeros: the head */
	struct bytes value;
};

struct items {
	struct item item[REFERENCE_VALUES_MAX];
	size_t count;
};

static void read_item(const struct merge_block *block, uint64_t height,
		      struct mp_reader *payload, size_t place,
		      struct items *items)
{
	struct item *item = &items->item[items->count];
	uint64_t before = 0;

	assert_true(items->count < REFERENCE_VALUES_MAX);
	memset(item, 0, sizeof *item);
	assert_int_equal(array(payload), 2);
	dot_pack(&block->dot, item->id);
	le16_put(item->id + DOT_BYTES, (uint16_t)place);
	if (mp_peek(payload) == MP_NIL) {
		raw(payload);
	} else if (mp_peek(payload) == MP_UINT) {
		assert_int_equal(mp_read_uint(payload, &before), 0);
		dot_pack(&block->dot, item->after);
		le16_put(item->after + DOT_BYTES, (uint16_t)before);
	} else {
		memcpy(item->after, bin(payload).ptr, MERGE_ITEM_BYTES);
	}
	item->dot = block->dot;
	item->height = height;
	item->stamp = block->stamp;
	item->place = (uint16_t)place;
	item->value = raw(payload);
	items->count++;
}

/* Every op's changes: is dot named for this item; or its values, if out. */
static bool visit_changes(const struct reference *all, uint32_t number,
			  const struct item *item, const struct dot *named,
			  struct reference_field *out)
{
	struct bytes id = bytes_of(item->id, sizeof item->id);
	struct mp_reader payload;
	bool found = false;

	for (size_t i = 0; i < all->block_count; i++) {
		const struct merge_block *block = &all->block[i];

		if (!find_op(all, i, number, RULE_list, &payload))
			continue;
		raw(&payload);
		raw(&payload);
		for (size_t left = array(&payload); left > 0; left--) {
			struct mp_reader change = mp_reader(raw(&payload));

			array(&change);
			if (!bytes_equal(bin(&change), id))
				continue;
			if (has_dot(&change, named))
				found = true;
			if (out != NULL && mp_peek(&change) != MP_NIL &&
			    !visit_changes(all, number, item, &block->dot,
					   NULL))
				add_value(out, &block->dot, block->stamp,
					  raw(&change));
		}
	}
	return found;
}

/* Higher, newer, greater dot, later place: in front. */
static int in_front(const void *a, const void *b)
{
	const struct item *left = a;
	const struct item *right = b;
	int order = 0;

	if (left->height != right->height)
		return left->height > right->height ? -1 : 1;
	if (left->stamp != right->stamp)
		return left->stamp > right->stamp ? -1 : 1;
	order = dot_compare(&right->dot, &left->dot);
	return order != 0 ? order : (int)right->place - (int)left->place;
}

static void show_item(const struct reference *all, uint32_t number,
		      const struct item *item, struct reference_field *out)
{
	static struct reference_field cell;

	memset(&cell, 0, sizeof cell);
	if (!visit_changes(all, number, item, &item->dot, &cell))
		add_value(&cell, &item->dot, item->stamp, item->value);
	settle_register(&cell);
	if (cell.count == 0)
		return;
	memcpy(cell.values[0].item, item->id, sizeof item->id);
	out->values[out->count++] = cell.values[0];
	out->has_siblings = out->has_siblings || cell.has_siblings;
}

static void show_after(const struct reference *all, uint32_t number,
		       const struct items *items, const uint8_t *parent,
		       struct reference_field *out)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->item[i];

		if (memcmp(item->after, parent, MERGE_ITEM_BYTES) != 0)
			continue;
		show_item(all, number, item, out);
		show_after(all, number, items, item->id, out);
	}
}

static void read_list(const struct reference *all, uint32_t number,
		      struct reference_field *out)
{
	static const uint8_t head[MERGE_ITEM_BYTES];
	static struct items items;
	struct mp_reader payload;

	items.count = 0;
	for (size_t i = 0; i < all->block_count; i++) {
		uint64_t height = 0;
		size_t count = 0;

		if (!find_op(all, i, number, RULE_list, &payload))
			continue;
		out->is_there = true;
		assert_int_equal(mp_read_uint(&payload, &height), 0);
		count = array(&payload);
		for (size_t place = 0; place < count; place++)
			read_item(&all->block[i], height, &payload, place,
				  &items);
	}
	qsort(items.item, items.count, sizeof items.item[0], in_front);
	show_after(all, number, &items, head, out);
}

void reference_read(const struct reference *all, uint32_t number, uint32_t rule,
		    struct reference_field *out)
{
	memset(out, 0, sizeof *out);
	if (rule == RULE_orset)
		read_orset(all, number, out);
	else if (rule == RULE_list)
		read_list(all, number, out);
	else
		read_register(all, number, rule, out);
}

/* The life op of a block: its dots and what it says. */
static bool find_life(const struct reference *all, size_t block,
		      struct mp_reader *dots, bool *deleted)
{
	struct mp_reader payload;

	if (!find_op(all, block, MERGE_FIELD_LIFE, RULE_life, dots))
		return false;
	payload = *dots;
	raw(&payload);
	assert_int_equal(mp_read_bool(&payload, deleted), 0);
	return true;
}

/* Does a life op saying `deleted` cover the dot? */
static bool is_covered(const struct reference *all, bool deleted,
		       const struct dot *dot)
{
	for (size_t i = 0; i < all->block_count; i++) {
		struct mp_reader dots;
		bool says = false;

		if (!find_life(all, i, &dots, &says) || says != deleted)
			continue;
		for (size_t left = array(&dots); left > 0; left--) {
			struct dot seen = dot_unpack(bin(&dots).ptr);

			if (id16_equal(&seen.lid, &dot->lid) &&
			    (seen.seq > dot->seq ||
			     dot_compare(&seen, dot) == 0))
				return true;
		}
	}
	return false;
}

static bool is_event(const struct reference *all, size_t block)
{
	struct mp_reader reader = mp_reader(all->block[block].ops);
	struct mp_reader dots;
	size_t pairs = 0;
	bool deleted = false;

	if (!all->has[block] || all->is_void[block])
		return false;
	assert_int_equal(mp_read_map(&reader, &pairs), 0);
	if (find_life(all, block, &dots, &deleted) && deleted)
		pairs--;
	return pairs > 0;
}

/* Is some delete that nobody answered concurrent with this event? */
static bool is_restored_by(const struct reference *all, size_t event)
{
	const struct dot *dot = &all->block[event].dot;

	for (size_t i = 0; i < all->block_count; i++) {
		const struct dot *delete = &all->block[i].dot;
		struct mp_reader dots;
		bool deleted = false;

		if (!find_life(all, i, &dots, &deleted) || !deleted ||
		    is_covered(all, false, delete))
			continue;
		if (!id16_equal(&delete->lid, &dot->lid) ||
		    delete->seq > dot->seq)
			return true;
	}
	return false;
}

struct merge_life reference_life(const struct reference *all)
{
	struct merge_life life = { 0 };
	bool has_delete = false;
	bool has_uncovered = false;

	for (size_t i = 0; i < all->block_count; i++) {
		struct mp_reader dots;
		bool deleted = false;

		if (!all->has[i])
			continue;
		life.blocks++;
		if (all->block[i].stamp > life.newest_stamp)
			life.newest_stamp = all->block[i].stamp;
		if (find_life(all, i, &dots, &deleted) && deleted)
			has_delete = true;
		if (!is_event(all, i) ||
		    is_covered(all, true, &all->block[i].dot))
			continue;
		has_uncovered = true;
		if (is_restored_by(all, i))
			life.restored = true;
	}
	life.deleted = has_delete && !has_uncovered;
	life.restored = life.restored && has_delete;
	return life;
}
