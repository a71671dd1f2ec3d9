/*
 * bench_text.c - what the text engine takes for a trace of somebody's typing.
 *
 * bench-text [--json] [--own] FILE.json[.gz] ... answers per file: apply (one
 * author: keystroke by keystroke; several: message by message, from bytes),
 * replay (the text from the history), open (decrypt the text and hold it),
 * each the median of a few runs in milliseconds; the bytes of the full
 * history; the most memory of a replay; and whether the text is the one the
 * file ends with. --own adds histories made here: letters of two to four
 * bytes, and two branches of 10,000 keystrokes on 50 kB (apply: to merge the
 * second). It must never decide
 * anything: no test reads it. Read next: tests/lib/texttrace.h.
 */
#include <sodium.h>

#include "crdt/text/columns.h"
#include "crdt/text/textwire.h"
#include "proto/base/panic.h"
#include "tests/bench/benchtyping.h"
#include "tests/lib/texttrace.h"

#define RUNS_MAX 15
#define RUN_MS_MAX 1500.0 /* fewer runs of what takes long */

struct result {
	const char *name;
	double apply_ms, replay_ms, open_ms, load_ms;
	double apply_least_ms, replay_least_ms;
	size_t bytes, text_bytes, peak_bytes, steady_bytes, message_bytes;
	uint32_t messages, events, runs;
	bool has_end, equal;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct times {
	double ms[RUNS_MAX];
	int count;
	double sum;
};

static bool times_want_more(const struct times *times)
{
	return times->count < RUNS_MAX &&
	       (times->count < 3 || times->sum < RUN_MS_MAX);
}

static void times_add(struct times *times, double since)
{
	double took = now_ms() - since;
	int at = times->count++;

	times->sum += took;
	for (; at > 0 && times->ms[at - 1] > took; at--)
		times->ms[at] = times->ms[at - 1];
	times->ms[at] = took;
}

static double times_median(const struct times *times)
{
	return times->ms[times->count / 2];
}

/* --- typing it */

/* One author's ops lie side by side, whatever messages they came in. */
static int type_all(struct text *text, const struct texttrace *trace)
{
	struct id16 id = texttrace_author(0);
	const struct text_message *last = &trace->messages[trace->count - 1];
	const struct text_op *end = last->ops + last->op_count;
	uint32_t author;
	int rc = text_author(text, &id, &author);

	for (const struct text_op *op = trace->messages[0].ops;
	     rc == 0 && op < end; op++)
		rc = text_type(text, author, op);
	return rc;
}

struct letters { /* messages as they would travel */
	struct buf bytes;
	size_t *ends;
	uint32_t count;
};

static int letters_make(struct letters *letters, struct text *text,
			const struct texttrace *trace)
{
	buf_init(&letters->bytes, (size_t)1 << 30);
	letters->ends = calloc(trace->count + 1, sizeof *letters->ends);
	for (uint32_t i = 0; i < trace->count; i++) {
		const struct text_message *message = &trace->messages[i];
		struct textwire_from from = { .seq = message->seq,
					      .bytes_max = 1u << 20 };
		uint32_t next;
		int rc = 0;

		if (message->op_count > 0)
			rc = text_apply(text, message);
		if (rc == 0 && message->op_count > 0) {
			from.author = graph_find_agent(&text->graph,
						       &message->author);
			rc = textwire_put(text, from, &letters->bytes, &next);
		}
		if (rc != 0)
			return rc;
		letters->ends[letters->count++] = letters->bytes.len;
	}
	return 0;
}

static int letters_apply(const struct letters *letters, uint32_t first,
			 struct text *text, const struct texttrace *trace)
{
	struct textwire_room room;
	size_t at = first == 0 ? 0 : letters->ends[first - 1];
	int rc = 0;

	textwire_room_init(&room, text->memory);
	for (uint32_t i = first; rc == 0 && i < letters->count; i++) {
		struct bytes payload = bytes_of(letters->bytes.ptr + at,
						letters->ends[i] - at);
		struct text_message message;

		if (payload.len == 0)
			continue;
		at = letters->ends[i];
		rc = textwire_get(&room, &trace->messages[i].author, payload,
				  &message);
		if (rc == 0)
			rc = text_apply(text, &message);
	}
	textwire_room_release(&room);
	return rc;
}

static int measure_apply(const struct texttrace *trace, struct result *result)
{
	struct letters letters = { 0 };
	struct times times = { 0 };
	struct textheap heap;
	struct text text;
	int rc = 0;

	textheap_init(&heap, 0);
	if (!trace->is_sequential) {
		text_init(&text, &heap.memory, (struct text_tune){ 0 });
		rc = letters_make(&letters, &text, trace);
		text_release(&text);
		result->messages = letters.count;
		result->message_bytes = letters.bytes.len;
	}
	while (rc == 0 && times_want_more(&times)) {
		double start;

		text_init(&text, &heap.memory, (struct text_tune){ 0 });
		start = now_ms();
		rc = trace->is_sequential
			     ? type_all(&text, trace)
			     : letters_apply(&letters, 0, &text, trace);
		times_add(&times, start);
		text_release(&text);
	}
	buf_release(&letters.bytes);
	free(letters.ends);
	result->apply_ms = times_median(&times);
	result->apply_least_ms = times.ms[0];
	return rc;
}

/* --- what is kept of it */

static int measure_replay(struct text *text, struct text_memory *memory,
			  struct result *result)
{
	struct times times = { 0 };
	int rc = 0;

	text_rest(text);
	rope_trim(&text->rope);
	result->steady_bytes =
		text->rope.cap * sizeof *text->rope.chunks +
		(size_t)text->rope.count * text->rope.chunk_bytes;
	while (rc == 0 && times_want_more(&times)) {
		double start;

		rope_release(&text->rope);
		rope_init(&text->rope, memory, 0);
		text_rest(text);
		text_memory_rebase(memory);
		start = now_ms();
		rc = text_rebuild(text);
		times_add(&times, start);
		result->peak_bytes = memory->peak_bytes;
	}
	result->replay_ms = times_median(&times);
	result->replay_least_ms = times.ms[0];
	return rc;
}

static int measure_load(struct text *text, struct result *result)
{
	struct times times = { 0 };
	struct buf out;
	struct bytes chunk;
	int rc;

	buf_init(&out, (size_t)1 << 30);
	rc = columns_save(text, 0, &out);
	chunk = buf_bytes(&out);
	result->bytes = out.len;
	while (rc == 0 && times_want_more(&times)) {
		struct text other;
		double start = now_ms();

		text_init(&other, text->memory, (struct text_tune){ 0 });
		rc = columns_load(&other, &chunk, 1);
		times_add(&times, start);
		text_release(&other);
	}
	buf_release(&out);
	result->load_ms = times_median(&times);
	return rc;
}

static int measure_open(struct text *text, struct result *result)
{
	uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES] = { 1 };
	uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = { 2 };
	struct times times = { 0 };
	size_t len;
	uint8_t *words = texttrace_text(&text->rope, &len);
	uint8_t *box = malloc(len + 64);
	unsigned long long box_len;
	int rc;

	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(
		box, &box_len, words, len, NULL, 0, NULL, nonce, key);
	while (rc == 0 && times_want_more(&times)) {
		struct text other;
		double start = now_ms();

		text_init(&other, text->memory, (struct text_tune){ 0 });
		rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
			words, NULL, NULL, box, box_len, NULL, 0, nonce, key);
		if (rc == 0)
			rc = text_fill(&other, bytes_of(words, len));
		times_add(&times, start);
		text_release(&other);
	}
	free(words);
	free(box);
	result->open_ms = times_median(&times);
	result->text_bytes = len;
	return rc;
}

static int measure(const struct texttrace *trace, struct result *result)
{
	struct textheap heap;
	struct text text;
	int rc;

	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, (struct text_tune){ 0 });
	rc = measure_apply(trace, result);
	if (rc == 0)
		rc = trace->is_sequential ? type_all(&text, trace)
					  : texttrace_apply(trace, &text);
	if (rc == 0) {
		result->events = graph_end(&text.graph);
		result->runs = text.log.count;
		result->has_end = trace->has_end;
		result->equal = texttrace_is(&text.rope, trace->end);
		rc = measure_replay(&text, &heap.memory, result);
	}
	if (rc == 0) {
		result->equal = result->equal &&
				texttrace_is(&text.rope, trace->end);
		rc = measure_load(&text, result);
	}
	if (rc == 0)
		rc = measure_open(&text, result);
	text_release(&text);
	return rc;
}

/* --- telling */

static void tell(const struct result *result, bool json)
{
	const char *equal = result->equal ? "yes" : "no";

	if (!result->has_end)
		equal = "unknown";
	if (!json) {
		printf("%-28s %9.3f %9.3f %9.3f %9.3f %9zu %9zu  %s\n",
		       result->name, result->apply_ms, result->replay_ms,
		       result->open_ms, result->load_ms, result->bytes,
		       result->peak_bytes, equal);
		return;
	}
	printf("{\"file\":\"%s\",\"apply_ms\":%.4f,\"replay_ms\":%.4f,"
	       "\"open_ms\":%.4f,\"load_ms\":%.4f,\"apply_least_ms\":%.4f,"
	       "\"replay_least_ms\":%.4f,\"bytes\":%zu,\"peak_bytes\":%zu,"
	       "\"steady_bytes\":%zu,\"text_bytes\":%zu,\"events\":%u,"
	       "\"op_runs\":%u,\"messages\":%u,\"message_bytes\":%zu,"
	       "\"equal\":%s}\n",
	       result->name, result->apply_ms, result->replay_ms,
	       result->open_ms, result->load_ms, result->apply_least_ms,
	       result->replay_least_ms, result->bytes, result->peak_bytes,
	       result->steady_bytes, result->text_bytes, result->events,
	       result->runs, result->messages, result->message_bytes,
	       result->has_end ? result->equal ? "true" : "false" : "null");
}

static int bench_trace(const struct texttrace *trace, const char *path,
		       bool json)
{
	const char *slash = strrchr(path, '/');
	struct result result = { .name = slash == NULL ? path : slash + 1 };
	int rc = measure(trace, &result);

	if (rc != 0) {
		fprintf(stderr, "%s: %s\n", path, err_text(rc));
		return 1;
	}
	tell(&result, json);
	fflush(stdout);
	return result.has_end && !result.equal;
}

static int bench_file(const char *path, bool json)
{
	cJSON *root = texttrace_read(path);
	struct texttrace trace;
	int failed = 1;

	if (root != NULL && texttrace_load(root, &trace)) {
		failed = bench_trace(&trace, path, json);
		texttrace_release(&trace);
	} else {
		fprintf(stderr, "%s: not a trace that can be read here\n",
			path);
	}
	cJSON_Delete(root);
	return failed;
}

/* What it takes to merge one branch of 10,000 keystrokes into another. */
static int measure_branches(const struct texttrace *trace,
			    const struct letters *letters, struct times *times,
			    struct textheap *heap, struct text *text)
{
	textheap_init(heap, 0);
	while (times_want_more(times)) {
		struct letters most = *letters;
		double start;
		int rc;

		if (text->memory != NULL)
			text_release(text);
		text_init(text, &heap->memory, (struct text_tune){ 0 });
		most.count = 2;
		rc = letters_apply(&most, 0, text, trace);
		start = now_ms();
		if (rc == 0)
			rc = letters_apply(letters, 2, text, trace);
		times_add(times, start);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* The three messages, the branches in either order. */
static int make_branches(struct benchtyping *made, bool swapped,
			 struct texttrace *trace, struct letters *letters)
{
	struct text_message first = made->messages[1];
	struct textheap heap;
	struct text text;
	int rc;

	if (swapped) {
		made->messages[1] = made->messages[2];
		made->messages[2] = first;
	}
	*trace = (struct texttrace){ .messages = made->messages, .count = 3 };
	textheap_init(&heap, 0);
	text_init(&text, &heap.memory, (struct text_tune){ 0 });
	rc = letters_make(letters, &text, trace);
	text_release(&text);
	return rc;
}

static int bench_branches(bool json)
{
	struct result result = { .name = "own-two-branches", .has_end = true };
	struct benchtyping made;
	struct times times[2] = { 0 };
	struct textheap heaps[2];
	struct text texts[2] = { 0 };
	size_t len;
	uint8_t *words;
	int rc;

	benchtyping_branches(&made);
	for (int i = 0; i < 2; i++) {
		struct texttrace trace;
		struct letters letters = { 0 };

		rc = make_branches(&made, i == 1, &trace, &letters);
		if (rc == 0)
			rc = measure_branches(&trace, &letters, &times[i],
					      &heaps[i], &texts[i]);
		kept_assert(rc == 0);
		buf_release(&letters.bytes);
		free(letters.ends);
	}
	words = texttrace_text(&texts[0].rope, &len);
	result.equal = texttrace_is(&texts[1].rope, bytes_of(words, len));
	result.apply_ms = times_median(&times[0]);
	result.apply_least_ms = times[0].ms[0];
	result.events = graph_end(&texts[0].graph);
	result.runs = texts[0].log.count;
	rc = measure_replay(&texts[0], &heaps[0].memory, &result);
	if (rc == 0)
		rc = measure_load(&texts[0], &result);
	if (rc == 0)
		rc = measure_open(&texts[0], &result);
	tell(&result, json);
	free(words);
	text_release(&texts[0]);
	text_release(&texts[1]);
	benchtyping_release(&made);
	return rc != 0 || !result.equal;
}

static int bench_own(bool json)
{
	struct benchtyping made;
	struct texttrace trace;
	int failed;

	benchtyping_words(&made, &trace);
	failed = bench_trace(&trace, "own-cyrillic-cjk-emoji", json);
	benchtyping_release(&made);
	return failed | bench_branches(json);
}

int main(int argc, char **argv)
{
	bool json = false;
	int failed = 0;

	kept_assert(sodium_init() >= 0);
	for (int i = 1; i < argc; i++)
		json = json || strcmp(argv[i], "--json") == 0;
	if (!json)
		printf("%-28s %9s %9s %9s %9s %9s %9s  %s\n", "ms", "apply",
		       "replay", "open", "load", "bytes", "peak", "equal");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--own") == 0)
			failed |= bench_own(json);
		else if (strcmp(argv[i], "--json") != 0)
			failed |= bench_file(argv[i], json);
	}
	return failed;
}
