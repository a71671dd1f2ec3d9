/*
 * bench_insight.c - what today, review, and trends cost over ten years of
 * entries: the first time after unlock, and then.
 *
 * bench_insight DIR N JSON (tests/bench/bench.sh gives them). It must never be
 * a test: figures are printed, not judged. Read next: bench_kept.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/panic.h"
#include "proto/crypto/keys.h"
#include "proto/mp.h"
#include "tests/bench/benchhome.h"
#include "tests/bench/benchscreens.h"
#include "tests/bench/benchwords.h"

#define BATCH 500u
#define TIMES 20u
#define AIM_MS 100.0

struct question {
	const char *name;
	const char *method;
	const char *what; /* trends */
	uint64_t weeks;
};

static const struct question questions[] = {
	{ "today", "today", NULL, 0 },
	{ "review", "review", NULL, 0 },
	{ "trends of mood, 8 weeks", "trends", "mood", 8 },
	{ "trends of goals, 8 weeks", "trends", "goals", 8 },
	{ "trends of practice, 8 weeks", "trends", "practice", 8 },
	{ "trends of mood, 520 weeks", "trends", "mood", 520 },
	{ "trends of thoughts, 520 weeks", "trends", "thoughts", 520 },
};

static void fill(struct benchlink *link, uint64_t n)
{
	uint64_t no = 0;

	while (no < n) {
		uint64_t batch = n - no < BATCH ? n - no : BATCH;

		mp_put_map(&link->params, 1);
		mp_put_cstr(&link->params, "entries");
		mp_put_array(&link->params, batch);
		for (uint64_t i = 0; i < batch; i++)
			benchwords_put_entry(&link->params, no++);
		if (benchlink_number(benchlink_call(link, "import"), "added",
				     0) != batch)
			bench_end("an import did not take all");
	}
}

/* The day of the newest entry: the last one there is anything of. */
static void find_today(struct benchlink *link, char day[16])
{
	struct mp_reader reader;
	struct bytes text, entry;
	size_t count;

	mp_put_map(&link->params, 1);
	mp_put_cstr(&link->params, "limit");
	mp_put_uint(&link->params, 1);
	reader = mp_reader(
		benchlink_find(benchlink_call(link, "log"), "entries"));
	if (mp_read_array(&reader, &count) != 0 || count != 1 ||
	    mp_read_raw(&reader, &entry) != 0)
		bench_end("there is no newest entry");
	text = benchlink_text(entry, "day");
	if (text.len != 10)
		bench_end("an entry has no day");
	memcpy(day, text.ptr, text.len);
	day[text.len] = '\0';
}

static double ask_ms(struct benchlink *link, const struct question *question,
		     const char *today)
{
	double start;

	mp_put_map(&link->params, question->what == NULL ? 1 : 3);
	mp_put_cstr(&link->params, "today");
	mp_put_cstr(&link->params, today);
	if (question->what != NULL) {
		mp_put_cstr(&link->params, "what");
		mp_put_cstr(&link->params, question->what);
		mp_put_cstr(&link->params, "weeks");
		mp_put_uint(&link->params, question->weeks);
	}
	start = bench_now_ms();
	benchlink_call(link, question->method);
	return bench_now_ms() - start;
}

static void measure(struct benchhome *home, uint64_t n, bool is_json)
{
	char today[16];

	find_today(&home->link, today);
	if (is_json)
		printf("{\"bench\":\"insight\",\"n\":%llu,\"figures\":[",
		       (unsigned long long)n);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(questions); i++) {
		double times[TIMES], first, then;

		benchlink_call(&home->link, "lock");
		benchhome_unlock(home);
		/* The view is whole before anything is timed. */
		find_today(&home->link, today);
		first = ask_ms(&home->link, &questions[i], today);
		for (size_t j = 0; j < TIMES; j++)
			times[j] = ask_ms(&home->link, &questions[i], today);
		then = bench_quantile(times, TIMES, 0.5);
		if (is_json)
			printf("%s{\"name\":\"%s\",\"first\":%.3f,"
			       "\"value\":%.3f,\"unit\":\"ms\"}",
			       i > 0 ? "," : "", questions[i].name, first,
			       then);
		else
			printf("  %-42s %10.2f ms   aim   %10.2f  ratio "
			       "%6.2f  (first %.2f)\n",
			       questions[i].name, then, AIM_MS, then / AIM_MS,
			       first);
	}
	if (is_json)
		printf("]}\n");
}

int main(int argc, char **argv)
{
	static struct benchhome home;
	uint64_t n;

	if (argc != 4)
		bench_end("bench.sh knows how to call this");
	signal(SIGPIPE, SIG_IGN);
	if (crypto_start() != 0)
		bench_end("libsodium did not start");
	n = strtoull(argv[2], NULL, 10);
	benchhome_start(&home, argv[1], "diary");
	benchhome_init(&home);
	fill(&home.link, n);
	measure(&home, n, strcmp(argv[3], "json") == 0);
	benchscreens_measure(&home, n, strcmp(argv[3], "json") == 0);
	benchhome_stop(&home);
	return 0;
}
