/*
 * sqlmem.c - SQLite's memory routed to mem.h, for its fault injection and its
 * leak count.
 *
 * Must never be set up after SQLite has started: memory of one allocator
 * would be freed by another. Read next: https://www.sqlite.org/malloc.html.
 */
#include "daemon/store/sqlmem.h"

#include <pthread.h>
#include <sqlite3.h>

#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* SQLite asks blocks for their size; 16 keeps what follows aligned. */
#define HEAD_BYTES 16

static void *sqlmem_alloc(int size)
{
	uint8_t *block = mem_alloc((size_t)size + HEAD_BYTES, 1);

	if (block == NULL)
		return NULL;
	memcpy(block, &size, sizeof size);
	return block + HEAD_BYTES;
}

static void sqlmem_free(void *ptr)
{
	if (ptr != NULL)
		mem_free((uint8_t *)ptr - HEAD_BYTES);
}

static void *sqlmem_realloc(void *ptr, int size)
{
	uint8_t *block = mem_realloc((uint8_t *)ptr - HEAD_BYTES,
				     (size_t)size + HEAD_BYTES, 1);

	if (block == NULL)
		return NULL;
	memcpy(block, &size, sizeof size);
	return block + HEAD_BYTES;
}

static int sqlmem_size(void *ptr)
{
	int size = 0;

	if (ptr != NULL)
		memcpy(&size, (uint8_t *)ptr - HEAD_BYTES, sizeof size);
	return size;
}

static int sqlmem_round_up(int size)
{
	return (size + 7) & ~7;
}

static int sqlmem_init(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void sqlmem_shutdown(void *context)
{
	(void)context;
}

static void start(void)
{
	static const struct sqlite3_mem_methods methods = {
		.xMalloc = sqlmem_alloc,
		.xFree = sqlmem_free,
		.xRealloc = sqlmem_realloc,
		.xSize = sqlmem_size,
		.xRoundup = sqlmem_round_up,
		.xInit = sqlmem_init,
		.xShutdown = sqlmem_shutdown,
	};
	int rc = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);

	kept_assert(rc == SQLITE_OK);
	/* mem.h counts; SQLite's own count would take a mutex each time. */
	rc = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	kept_assert(rc == SQLITE_OK);
}

void sqlmem_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	kept_assert(pthread_once(&once, start) == 0);
}
