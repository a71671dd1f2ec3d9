/*
 * version.c - per-log vectors as sorted arrays.
 *
 * Must never allocate: the caller owns the array. Read daemon/core/plan.c
 * next for who asks what is missing.
 */
#include "crdt/version.h"

static int lid_compare(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

/* Where lid is, or where it belongs. */
static size_t version_place(const struct version *version,
			    const struct id16 *lid)
{
	size_t low = 0;
	size_t high = version->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lid_compare(&version->items[middle].lid, lid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool version_is_at(const struct version *version, size_t place,
			  const struct id16 *lid)
{
	return place < version->count &&
	       id16_equal(&version->items[place].lid, lid);
}

static int version_insert(struct version *version, size_t place,
			  const struct version_item *item)
{
	struct version_item *at = version->items + place;

	if (version->count >= version->cap)
		return ERR_LIMIT;
	if (place < version->count)
		memmove(at + 1, at, (version->count - place) * sizeof *at);
	*at = *item;
	version->count++;
	return 0;
}

void version_init(struct version *version, struct version_item *items,
		  size_t cap)
{
	version->items = items;
	version->count = 0;
	version->cap = cap;
}

const struct version_item *version_find(const struct version *version,
					const struct id16 *lid)
{
	size_t place = version_place(version, lid);

	if (!version_is_at(version, place, lid))
		return NULL;
	return &version->items[place];
}

int version_raise(struct version *version, const struct version_item *item)
{
	size_t place = version_place(version, &item->lid);

	if (!version_is_at(version, place, &item->lid))
		return version_insert(version, place, item);
	if (item->seq > version->items[place].seq)
		version->items[place] = *item;
	return 0;
}

int version_set(struct version *version, const struct version_item *item)
{
	size_t place = version_place(version, &item->lid);

	if (!version_is_at(version, place, &item->lid))
		return version_insert(version, place, item);
	version->items[place] = *item;
	return 0;
}

bool version_covers(const struct version *version, const struct dot *dot)
{
	const struct version_item *item = version_find(version, &dot->lid);

	if (item == NULL || item->seq < dot->seq)
		return false;
	/* Below the tip the branch is not told apart: a vector holds one. */
	return item->seq > dot->seq ||
	       memcmp(item->tip, dot->tip, sizeof item->tip) == 0;
}

bool version_includes(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct version_item *item = &b->items[i];
		struct dot newest = { .lid = item->lid, .seq = item->seq };

		memcpy(newest.tip, item->tip, sizeof newest.tip);
		if (item->seq > 0 && !version_covers(a, &newest))
			return false;
	}
	return true;
}

size_t version_missing(const struct version *have, const struct version *theirs,
		       struct version_range *ranges, size_t cap)
{
	size_t count = 0;
	size_t other = 0;

	for (size_t i = 0; i < have->count; i++) {
		const struct version_item *item = &have->items[i];
		uint64_t held = 0;

		while (other < theirs->count &&
		       lid_compare(&theirs->items[other].lid, &item->lid) < 0)
			other++;
		if (version_is_at(theirs, other, &item->lid))
			held = theirs->items[other].seq;
		if (held >= item->seq)
			continue;
		if (count < cap)
			ranges[count] = (struct version_range){
				.lid = item->lid,
				.from = held + 1,
				.to = item->seq,
			};
		count++;
	}
	return count;
}
