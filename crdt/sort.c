/*
 * sort.c - bottom-up merge sort.
 *
 * Must never allocate or recurse. Read crdt/register.c next for a use of it.
 */
#include "crdt/sort.h"

#include <string.h>

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void sort_small(const void **items, size_t count, sort_order order)
{
	for (size_t i = 1; i < count; i++) {
		const void *moving = items[i];
		size_t at = i;

		while (at > 0 && order(items[at - 1], moving) > 0) {
			items[at] = items[at - 1];
			at--;
		}
		items[at] = moving;
	}
}

/* Two sorted neighbors, [0, middle) and [middle, count), into one. */
static void sort_merge(const void **from, size_t middle, size_t count,
		       const void **to, sort_order order)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t i = 0; i < count; i++) {
		if (right >= count ||
		    (left < middle && order(from[left], from[right]) <= 0))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

void sort_pointers(const void **items, size_t count, const void **scratch,
		   sort_order order)
{
	const void **from = items;
	const void **to = scratch;

	for (size_t at = 0; at < count; at += SORT_SMALL)
		sort_small(items + at, lesser(SORT_SMALL, count - at), order);
	for (size_t width = SORT_SMALL; width < count; width *= 2) {
		const void **swap = from;

		for (size_t at = 0; at < count; at += 2 * width) {
			size_t left = count - at;

			sort_merge(from + at, lesser(width, left),
				   lesser(2 * width, left), to + at, order);
		}
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof *items);
}
