/*
 * sort.h - a stable merge sort over pointers.
 *
 * n log n whatever the input: what is sorted here came from a peer, who may
 * know how the libc's qsort can be made slow.
 */
#ifndef KEPT_CRDT_SORT_H
#define KEPT_CRDT_SORT_H

#include <stddef.h>

typedef int (*sort_order)(const void *a, const void *b);

/* scratch: room for count pointers; unused up to SORT_SMALL. */
#define SORT_SMALL 12u
void sort_pointers(const void **items, size_t count, const void **scratch,
		   sort_order order);

#endif
