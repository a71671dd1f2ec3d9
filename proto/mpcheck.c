/*
 * mpcheck.c - the gate in front of every decoder.
 *
 * One pass over the raw bytes with a stack of LIMIT_MP_DEPTH levels; never
 * allocates, recurses, or trusts a count. Read next: codec.c.
 */
#include "proto/mpcheck.h"

#include "proto/base/utf8.h"
#include "proto/bounds.h"
#include "proto/mp.h"

/* An open container. */
struct level {
	uint64_t left; /* elements still to come, keys and values alike */
	bool is_map;
	bool has_key;
	uint64_t last_key;
};

struct walk {
	struct bytes rest;
	enum mpcheck_profile profile;
	struct level levels[LIMIT_MP_DEPTH];
	size_t depth;
	uint32_t nodes;
};

static bool is_at_key(const struct walk *walk)
{
	const struct level *top;

	if (walk->depth == 0)
		return false;
	top = &walk->levels[walk->depth - 1];
	return top->is_map && top->left % 2 == 0;
}

static int check_key(struct walk *walk, const struct mp_head *head)
{
	struct level *top = &walk->levels[walk->depth - 1];

	if (walk->profile == MPCHECK_CLIENT)
		return head->type == MP_STR ? 0 : ERR_MALFORMED;
	if (head->type != MP_UINT)
		return ERR_MALFORMED;
	if (top->has_key && head->value <= top->last_key)
		return ERR_MALFORMED;
	top->has_key = true;
	top->last_key = head->value;
	return 0;
}

static int open_level(struct walk *walk, const struct mp_head *head)
{
	uint64_t each = head->type == MP_MAP ? 2 : 1;

	/* every element takes a byte at least */
	if (head->value * each > walk->rest.len)
		return ERR_MALFORMED;
	if (walk->depth == LIMIT_MP_DEPTH)
		return ERR_LIMIT;
	walk->levels[walk->depth] = (struct level){
		.left = head->value * each,
		.is_map = head->type == MP_MAP,
	};
	walk->depth++;
	return 0;
}

static int check_span(struct walk *walk, const struct mp_head *head)
{
	struct bytes span;

	if (head->value > walk->rest.len)
		return ERR_MALFORMED;
	span = bytes_of(walk->rest.ptr, (size_t)head->value);
	if (head->type == MP_STR && !utf8_is_valid(span))
		return ERR_MALFORMED;
	walk->rest =
		bytes_of(walk->rest.ptr + span.len, walk->rest.len - span.len);
	return 0;
}

static int check_element(struct walk *walk)
{
	struct mp_head head;
	int rc;

	if (mp_head_read(walk->rest, &head) != 0)
		return ERR_MALFORMED;
	if (walk->nodes++ == LIMIT_MP_NODES)
		return ERR_LIMIT;
	if (walk->profile == MPCHECK_CANONICAL &&
	    (!head.is_shortest || head.type == MP_FLOAT))
		return ERR_MALFORMED;
	if (is_at_key(walk)) {
		rc = check_key(walk, &head);
		if (rc != 0)
			return rc;
	}
	if (walk->depth > 0)
		walk->levels[walk->depth - 1].left--;
	walk->rest = bytes_of(walk->rest.ptr + head.head_bytes,
			      walk->rest.len - head.head_bytes);
	if (head.type == MP_ARRAY || head.type == MP_MAP)
		return open_level(walk, &head);
	if (head.type == MP_STR || head.type == MP_BIN)
		return check_span(walk, &head);
	return 0;
}

int mpcheck(struct bytes input, enum mpcheck_profile profile)
{
	struct walk walk = { .rest = input, .profile = profile };
	int rc;

	do {
		rc = check_element(&walk);
		if (rc != 0)
			return rc;
		while (walk.depth > 0 && walk.levels[walk.depth - 1].left == 0)
			walk.depth--;
	} while (walk.depth > 0);
	return walk.rest.len == 0 ? 0 : ERR_MALFORMED;
}
