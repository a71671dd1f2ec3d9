/*
 * mem.c - the only way to the heap: counted, and made to fail on request.
 *
 * A head before every block holds its size, so that what is alive can be told
 * exactly, and a mark that only our blocks carry. Counters are relaxed
 * atomics: the thread pool allocates too, and nobody orders anything by them.
 * It must never print and never panic for want of memory. Next: arena.c.
 */
#include "proto/base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "proto/base/panic.h"

#define MEM_MARK UINT64_C(0x6b6570746d656d31)
#define MEM_GONE UINT64_C(0x676f6e65676f6e65)
#define MEM_READY_BYTES ((size_t)1000)

struct mem_head {
	_Alignas(max_align_t) size_t bytes;
	uint64_t mark;
};

static _Atomic size_t live_bytes;
static _Atomic size_t live_count;
static _Atomic uint64_t fail_countdown;
static atomic_bool fail_sticky;
static atomic_bool fail_fired;

/* Once per allocation; a single load when no test is at work. */
static bool mem_fails_now(void)
{
	uint64_t left =
		atomic_load_explicit(&fail_countdown, memory_order_relaxed);
	uint64_t next;

	do {
		if (left == 0)
			return false;
		next = left - 1;
		if (next == 0 && atomic_load(&fail_sticky))
			next = 1;
	} while (!atomic_compare_exchange_weak(&fail_countdown, &left, next));
	if (left > 1)
		return false;
	atomic_store(&fail_fired, true);
	return true;
}

/* False when count * size and its head do not fit into a size_t. */
static bool mem_total(size_t count, size_t size, size_t *bytes)
{
	size_t total;

	return !__builtin_mul_overflow(count, size, bytes) &&
	       !__builtin_add_overflow(*bytes, sizeof(struct mem_head), &total);
}

static struct mem_head *mem_head_of(void *ptr)
{
	struct mem_head *head = (struct mem_head *)ptr - 1;

	kept_assert(head->mark == MEM_MARK);
	return head;
}

static void mem_count(size_t bytes)
{
	atomic_fetch_add_explicit(&live_bytes, bytes, memory_order_relaxed);
	atomic_fetch_add_explicit(&live_count, 1, memory_order_relaxed);
}

static void mem_uncount(size_t bytes)
{
	atomic_fetch_sub_explicit(&live_bytes, bytes, memory_order_relaxed);
	atomic_fetch_sub_explicit(&live_count, 1, memory_order_relaxed);
}

/*
 * Zeroed. What glibc keeps ready per thread is only for malloc(); calloc()
 * goes the long way round, and a request takes some 35 small blocks.
 */
static struct mem_head *mem_take(size_t bytes)
{
	struct mem_head *head;

	if (bytes > MEM_READY_BYTES)
		return calloc(1, sizeof *head + bytes);
	head = malloc(sizeof *head + bytes);
	/* Behind the head: both together would be made a calloc() again. */
	if (head != NULL)
		memset(head + 1, 0, bytes);
	return head;
}

void *mem_alloc(size_t count, size_t size)
{
	struct mem_head *head;
	size_t bytes;

	if (!mem_total(count, size, &bytes) || mem_fails_now())
		return NULL;
	head = mem_take(bytes);
	if (head == NULL)
		return NULL;
	head->bytes = bytes;
	head->mark = MEM_MARK;
	mem_count(bytes);
	return head + 1;
}

/* realloc() would leave what it moved away from as it was. */
void *mem_realloc(void *ptr, size_t count, size_t size)
{
	struct mem_head *head;
	struct mem_head *before;
	size_t bytes;

	if (ptr == NULL)
		return mem_alloc(count, size);
	before = mem_head_of(ptr);
	if (!mem_total(count, size, &bytes) || mem_fails_now())
		return NULL;
	head = malloc(sizeof *head + bytes);
	if (head == NULL)
		return NULL;
	head->bytes = bytes;
	head->mark = MEM_MARK;
	mem_count(bytes);
	memcpy(head + 1, ptr, bytes < before->bytes ? bytes : before->bytes);
	mem_wipe(ptr, before->bytes);
	mem_free(ptr);
	return head + 1;
}

void mem_free(void *ptr)
{
	struct mem_head *head;

	if (ptr == NULL)
		return;
	head = mem_head_of(ptr);
	mem_uncount(head->bytes);
	head->mark = MEM_GONE;
	free(head);
}

void mem_wipe(void *ptr, size_t len)
{
	if (len > 0)
		explicit_bzero(ptr, len);
}

void mem_fail_at(uint64_t countdown, bool sticky)
{
	atomic_store(&fail_countdown, 0);
	atomic_store(&fail_sticky, sticky);
	atomic_store(&fail_fired, false);
	atomic_store(&fail_countdown, countdown);
}

bool mem_fail_fired(void)
{
	return atomic_load(&fail_fired);
}

size_t mem_live_bytes(void)
{
	return atomic_load_explicit(&live_bytes, memory_order_relaxed);
}

size_t mem_live_count(void)
{
	return atomic_load_explicit(&live_count, memory_order_relaxed);
}
