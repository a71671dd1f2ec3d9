/*
 * texttrace.c - JSON of public traces into messages.
 *
 * It must never repair a trace: what it cannot read it refuses. Read next:
 * tests/unit/test_text.c, tests/bench/bench_text.c.
 */
#include "tests/lib/texttrace.h"

#include <zlib.h>

#include "proto/base/panic.h"

static void *textheap_resize(void *owner, void *ptr, size_t from_bytes,
			     size_t to_bytes)
{
	struct textheap *heap = owner;

	(void)from_bytes;
	if (to_bytes == 0) {
		heap->blocks--;
		free(ptr);
		return NULL;
	}
	if (to_bytes > from_bytes && heap->fail_at > 0 &&
	    --heap->fail_at == 0) {
		heap->fired = true;
		heap->fail_at = heap->keeps_failing ? 1 : 0;
		return NULL;
	}
	heap->blocks += ptr == NULL;
	ptr = realloc(ptr, to_bytes);
	kept_assert(ptr != NULL);
	return ptr;
}

void textheap_init(struct textheap *heap, size_t cap_bytes)
{
	*heap = (struct textheap){ 0 };
	heap->memory.resize = textheap_resize;
	heap->memory.owner = heap;
	heap->memory.cap_bytes = cap_bytes == 0 ? SIZE_MAX / 2 : cap_bytes;
}

void textheap_fail(struct textheap *heap, uint64_t countdown, bool for_good)
{
	heap->fail_at = countdown;
	heap->keeps_failing = for_good;
	heap->fired = false;
}

struct id16 texttrace_author(uint32_t number)
{
	struct id16 id = { { 0 } };

	for (int i = 0; i < 4; i++)
		id.b[i] = (uint8_t)(number >> (24 - 8 * i));
	return id;
}

cJSON *texttrace_read(const char *path)
{
	gzFile file = gzopen(path, "rb");
	size_t cap = 1 << 20;
	size_t len = 0;
	char *text = malloc(cap);
	cJSON *root = NULL;
	int got = 0;

	if (file == NULL || text == NULL)
		goto out;
	while ((got = gzread(file, text + len, (unsigned)(cap - len))) > 0) {
		len += (size_t)got;
		if (len < cap)
			continue;
		cap *= 2;
		text = realloc(text, cap);
		kept_assert(text != NULL);
	}
	if (got == 0)
		root = cJSON_ParseWithLength(text, len);
out:
	if (file != NULL)
		gzclose(file);
	free(text);
	return root;
}

/* --- from JSON */

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool number_of(const cJSON *item, uint32_t *out)
{
	if (!cJSON_IsNumber(item) || item->valuedouble < 0 ||
	    item->valuedouble > UINT32_MAX)
		return false;
	*out = (uint32_t)item->valuedouble;
	return true;
}

struct loader {
	const cJSON *txns;
	struct texttrace *trace;
	struct text_op *ops;
	uint32_t op_count;
	struct text_id *parents;
	uint32_t parent_count;
	struct loader_txn *made;
	const char **names; /* sorted */
	uint32_t name_count;
	struct loader_author *authors; /* by name, or by number */
	uint32_t author_count;
	uint32_t *stack; /* of txns to look at, and when each was seen */
	uint32_t *seen;
	uint8_t *words;
	size_t words_len;
	bool is_raw;
};

struct loader_txn { /* of the trace's own count */
	uint32_t lv;
	uint32_t end;
	struct text_id last;
	const cJSON *parents; /* raw: LVs */
};

/*
 * In raw traces one name may have typed in two branches at once. A device
 * cannot: there every branch is an author of its own, whose id is the name's
 * and the name's count where it begins, so that ties come out the same.
 */
struct loader_author {
	struct id16 id;
	uint32_t from;  /* the name's count at the first of this id */
	uint32_t count; /* the name's */
	uint32_t last;  /* the name's last txn, counted from 1 */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names into numbers, their order kept. */
static bool loader_collect_names(struct loader *loader, uint32_t txns)
{
	const cJSON *txn;
	uint32_t kept = 0;

	loader->names = calloc(txns + 1, sizeof *loader->names);
	cJSON_ArrayForEach(txn, loader->txns)
	{
		const char *name = cJSON_GetStringValue(member(txn, "agent"));

		if (name == NULL)
			return false;
		loader->names[loader->name_count++] = name;
	}
	qsort(loader->names, loader->name_count, sizeof *loader->names,
	      by_name);
	for (uint32_t i = 0; i < loader->name_count; i++)
		if (kept == 0 ||
		    strcmp(loader->names[kept - 1], loader->names[i]) != 0)
			loader->names[kept++] = loader->names[i];
	loader->name_count = kept;
	return true;
}

static uint32_t loader_txn_of(const struct loader *loader, uint32_t at,
			      uint32_t lv)
{
	uint32_t low = 0;
	uint32_t high = at;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (loader->made[middle].lv <= lv)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Did txn number `at`, with these parents, know all of txn `last`? */
static bool loader_knows(struct loader *loader, uint32_t at,
			 const cJSON *parents, uint32_t last)
{
	uint32_t want = loader->made[last].end - 1;
	uint32_t top = 0;
	const cJSON *parent;

	for (;;) {
		cJSON_ArrayForEach(parent, parents)
		{
			uint32_t lv = (uint32_t)parent->valuedouble;
			uint32_t txn = loader_txn_of(loader, at, lv);

			if (lv == want)
				return true;
			if (txn <= last || loader->seen[txn] == at)
				continue;
			loader->seen[txn] = at;
			loader->stack[top++] = txn;
		}
		if (top == 0)
			return false;
		parents = loader->made[loader->stack[--top]].parents;
	}
}

static bool loader_author(struct loader *loader, const cJSON *txn, uint32_t at,
			  struct loader_author **out)
{
	const char *name = cJSON_GetStringValue(member(txn, "agent"));
	struct loader_author *author;
	uint32_t number = 0;
	const char **found;

	if (loader->is_raw) {
		found = bsearch(&name, loader->names, loader->name_count,
				sizeof name, by_name);
		number = (uint32_t)(found - loader->names);
	} else if (!loader->trace->is_sequential &&
		   !number_of(member(txn, "agent"), &number)) {
		return false;
	}
	if (number >= loader->author_count)
		return false;
	author = &loader->authors[number];
	if (author->count == 0 ||
	    (loader->is_raw && !loader_knows(loader, at, member(txn, "parents"),
					     author->last - 1))) {
		author->id = texttrace_author(number);
		author->from = author->count;
		for (int i = 0; i < 4; i++)
			author->id.b[4 + i] =
				(uint8_t)(author->from >> (24 - 8 * i));
	}
	*out = author;
	return true;
}

static bool loader_put_op(struct loader *loader, const cJSON *patch,
			  uint32_t *events)
{
	uint32_t pos;
	uint32_t gone;
	const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(patch, 2));

	if (!number_of(cJSON_GetArrayItem(patch, 0), &pos) ||
	    !number_of(cJSON_GetArrayItem(patch, 1), &gone) || text == NULL)
		return false;
	if (gone > 0)
		loader->ops[loader->op_count++] = (struct text_op){
			.kind = TEXT_DELETE,
			.pos = pos,
			.len = gone,
		};
	*events += gone;
	if (text[0] != '\0') {
		struct text_op op = {
			.kind = TEXT_INSERT,
			.pos = pos,
			.text = bytes_of(loader->words + loader->words_len,
					 strlen(text)),
		};

		memcpy(loader->words + loader->words_len, text, op.text.len);
		loader->words_len += op.text.len;
		op.len = (uint32_t)text_scalars(op.text);
		loader->ops[loader->op_count++] = op;
		*events += op.len;
	}
	return true;
}

/* A parent: the number of a txn, or an LV inside one. */
static bool loader_parent(struct loader *loader, uint32_t at, uint32_t parent,
			  struct text_id *id)
{
	uint32_t txn = parent;

	if (at == 0)
		return false;
	if (loader->is_raw) {
		if (parent >= loader->made[at - 1].end)
			return false;
		txn = loader_txn_of(loader, at, parent);
	} else if (parent >= at) {
		return false;
	}
	*id = loader->made[txn].last;
	if (loader->is_raw)
		id->seq -= loader->made[txn].end - 1 - parent;
	return true;
}

static bool loader_parents(struct loader *loader, const cJSON *txn, uint32_t at,
			   struct text_message *message)
{
	const cJSON *parent;

	message->parents = loader->parents + loader->parent_count;
	if (loader->trace->is_sequential) {
		if (at == 0)
			return true;
		loader->parents[loader->parent_count++] =
			loader->made[at - 1].last;
		message->parent_count = 1;
		return true;
	}
	cJSON_ArrayForEach(parent, member(txn, "parents"))
	{
		uint32_t number;

		if (!number_of(parent, &number) ||
		    !loader_parent(loader, at, number,
				   &loader->parents[loader->parent_count++]))
			return false;
		message->parent_count++;
	}
	return true;
}

static bool loader_put(struct loader *loader, const cJSON *txn, uint32_t at)
{
	struct text_message *message = &loader->trace->messages[at];
	const cJSON *patches = member(txn, loader->is_raw ? "ops" : "patches");
	struct loader_txn *made = &loader->made[at];
	struct loader_author *author;
	const cJSON *patch;
	uint32_t events = 0;

	made->parents = member(txn, "parents");
	if (!loader_parents(loader, txn, at, message) ||
	    !loader_author(loader, txn, at, &author))
		return false;
	message->author = author->id;
	message->seq = author->count - author->from;
	message->ops = loader->ops + loader->op_count;
	cJSON_ArrayForEach(patch, patches)
	{
		if (!loader_put_op(loader, patch, &events))
			return false;
	}
	message->op_count =
		(uint32_t)(loader->ops + loader->op_count - message->ops);
	author->count += events;
	author->last = at + 1;
	made->lv = at == 0 ? 0 : loader->made[at - 1].end;
	made->end = made->lv + events;
	made->last = (struct text_id){ message->author,
				       author->count - author->from - 1 };
	/* An empty one stands for its only parent. */
	if (events == 0 && message->parent_count == 1)
		made->last = message->parents[0];
	return events > 0 || message->parent_count == 1;
}

static size_t count_words(const cJSON *txns, const char *name)
{
	const cJSON *txn;
	const cJSON *patch;
	size_t count = 0;

	cJSON_ArrayForEach(txn, txns)
	{
		cJSON_ArrayForEach(patch, member(txn, name))
		{
			const char *text = cJSON_GetStringValue(
				cJSON_GetArrayItem(patch, 2));

			count += text == NULL ? 0 : strlen(text);
		}
	}
	return count;
}

static uint32_t count_patches(const cJSON *txns, const char *name)
{
	const cJSON *txn;
	uint32_t count = 0;

	cJSON_ArrayForEach(txn, txns)
	{
		const cJSON *list = member(txn, name);

		count += (uint32_t)cJSON_GetArraySize(list);
	}
	return count;
}

static bool loader_run(struct loader *loader)
{
	struct texttrace *trace = loader->trace;
	uint32_t txns = (uint32_t)cJSON_GetArraySize(loader->txns);
	uint32_t patches = count_patches(loader->txns, "patches") +
			   count_patches(loader->txns, "ops");
	uint32_t parents = count_patches(loader->txns, "parents");
	const cJSON *txn;
	bool good = true;

	if (loader->is_raw && !loader_collect_names(loader, txns))
		return false;
	loader->author_count = txns + 65536;
	trace->pools[0] = loader->ops =
		calloc(2 * (size_t)patches + 1, sizeof *loader->ops);
	trace->pools[1] = loader->parents =
		calloc((size_t)parents + txns + 1, sizeof *loader->parents);
	trace->pools[2] = loader->made = calloc(txns + 1, sizeof *loader->made);
	trace->pools[3] = trace->messages =
		calloc(txns + 1, sizeof *trace->messages);
	/* Side by side, as they would be read from a message. */
	trace->pools[4] = loader->words =
		malloc(count_words(loader->txns, "patches") +
		       count_words(loader->txns, "ops") + 1);
	loader->authors = calloc(loader->author_count, sizeof *loader->authors);
	loader->stack = calloc(2 * (size_t)txns + 2, sizeof *loader->stack);
	loader->seen = loader->stack + txns + 1;
	cJSON_ArrayForEach(txn, loader->txns)
	{
		good = good && loader_put(loader, txn, trace->count);
		trace->count++;
	}
	free(loader->authors);
	free(loader->stack);
	return good;
}

bool texttrace_load(const cJSON *root, struct texttrace *out)
{
	struct loader loader = { .txns = member(root, "txns"), .trace = out };
	const char *end = cJSON_GetStringValue(member(root, "endContent"));
	const char *start = cJSON_GetStringValue(member(root, "startContent"));
	const cJSON *first = cJSON_GetArrayItem(loader.txns, 0);
	bool good = false;

	*out = (struct texttrace){ 0 };
	if (!cJSON_IsArray(loader.txns) || (start != NULL && start[0] != '\0'))
		return false;
	loader.is_raw = member(first, "span") != NULL;
	out->is_sequential = !loader.is_raw && member(first, "agent") == NULL;
	out->has_end = end != NULL;
	if (end != NULL)
		out->end = bytes_from_str(end);
	good = loader_run(&loader);
	free(loader.names);
	if (!good)
		texttrace_release(out);
	return good;
}

void texttrace_release(struct texttrace *trace)
{
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(trace->pools); i++)
		free(trace->pools[i]);
	*trace = (struct texttrace){ 0 };
}

int texttrace_apply(const struct texttrace *trace, struct text *text)
{
	for (uint32_t i = 0; i < trace->count; i++) {
		int rc = 0;

		if (trace->messages[i].op_count > 0)
			rc = text_apply(text, &trace->messages[i]);
		if (rc != 0)
			return rc;
	}
	return 0;
}

uint8_t *texttrace_text(const struct rope *rope, size_t *len)
{
	uint8_t *out = malloc((size_t)rope->bytes + 1);

	kept_assert(out != NULL);
	*len = rope_copy(rope, 0, rope->scalars, out);
	return out;
}

bool texttrace_is(const struct rope *rope, struct bytes want)
{
	size_t len;
	uint8_t *text = texttrace_text(rope, &len);
	bool same = bytes_equal(bytes_of(text, len), want);

	free(text);
	return same;
}
