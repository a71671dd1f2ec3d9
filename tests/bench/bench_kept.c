/*
 * bench_kept.c - what kept costs: two devices, n entries, every figure with
 * its floor or its aim beside it.
 *
 * bench_kept DIR N JSON FLOOR_COMMIT_US FLOOR_COMMIT_P99_US FLOOR_ROW_US
 * (tests/bench/bench.sh gives all of them). It must never be a test: figures
 * are printed, not judged, and nothing measured is left out. Read next:
 * benchhome.c, benchwords.c.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/password.h"
#include "proto/mp.h"
#include "tests/bench/benchbare.h"
#include "tests/bench/benchhome.h"
#include "tests/bench/benchwords.h"
#include "tests/lib/cable.h"

#define WRITES 1000u
#define TRACED_WRITES 100u
/* Of the bare rows beside them: so many, and so many before, by which SQLite
 * writes over its log instead of making it longer, as kept does by then. */
#define PAIRS 400u
#define BARE_BEFORE 1000u
#define PAGE_BYTES 8192
#define BATCH 500u
#define LIVE_TIMES 50u
#define APART 100u
#define SEARCHES 20u
#define TRIES 9u
#define SYNC_MS 120000u
/* Bytes an entry can't do without: the figures are of nothing else. */
#define CABLE_LEAST 400u
#define FIGURES_MAX 48u

struct figure {
	const char *name;
	const char *unit;
	double value;
	double beside; /* floor or aim; 0: none */
	const char *what;
};

struct bench {
	const char *dir;
	uint64_t n;
	uint64_t next; /* number of the next new entry */
	double floor_commit_us, floor_commit_p99_us, floor_row_us;
	struct benchhome a, b;
	struct cable cable;
	struct figure figures[FIGURES_MAX];
	size_t figure_count;
};

static void note(struct bench *bench, const char *name, double value,
		 const char *unit, const char *what, double beside)
{
	kept_assert(bench->figure_count < FIGURES_MAX);
	bench->figures[bench->figure_count++] = (struct figure){
		.name = name,
		.unit = unit,
		.value = value,
		.what = what,
		.beside = beside,
	};
}

static uint64_t entry_count(struct benchhome *home)
{
	return benchlink_number(benchlink_call(&home->link, "status"),
				"entries", 0);
}

/* ---- writes ---- */

static void add_next(struct bench *bench)
{
	benchwords_put_add(&bench->a.link.params, bench->next++);
	benchlink_call(&bench->a.link, "add");
}

static void measure_writes(struct bench *bench)
{
	double times[WRITES];
	size_t i;

	for (i = 0; i < WRITES; i++) {
		double start;

		benchwords_put_add(&bench->a.link.params, bench->next++);
		start = bench_now_ms();
		benchlink_call(&bench->a.link, "add");
		times[i] = bench_now_ms() - start;
	}
	note(bench, "one durable write, median",
	     bench_quantile(times, WRITES, 0.5) * 1e3, "us", "floor",
	     bench->floor_commit_us);
	note(bench, "one durable write, p99",
	     bench_quantile(times, WRITES, 0.99) * 1e3, "us", "floor",
	     bench->floor_commit_p99_us);
}

/*
 * Each write between two of SQLite alone: the same minute, the same disk, and
 * the same pauses, after which a disk is slower than in a loop. The floor
 * above is of such a loop.
 */
static void measure_pairs(struct bench *bench)
{
	double kept[PAIRS], floors[PAIRS], start;
	char path[BENCHHOME_PATH_BYTES];
	static struct benchbare bare;
	size_t i;

	snprintf(path, sizeof path, "%s/bare.db", bench->dir);
	benchbare_open(&bare, path, PAGE_BYTES);
	for (i = 0; i < BARE_BEFORE; i++)
		benchbare_put(&bare);
	for (i = 0; i < PAIRS; i++) {
		start = bench_now_ms();
		benchbare_put(&bare);
		floors[i] = bench_now_ms() - start;
		benchwords_put_add(&bench->a.link.params, bench->next++);
		start = bench_now_ms();
		benchlink_call(&bench->a.link, "add");
		kept[i] = bench_now_ms() - start;
	}
	benchbare_close(&bare);
	unlink(path);
	note(bench, "  beside a bare one, median",
	     bench_quantile(kept, PAIRS, 0.5) * 1e3, "us", "floor",
	     bench_quantile(floors, PAIRS, 0.5) * 1e3);
}

static size_t count_lines(const char *path)
{
	FILE *in = fopen(path, "re");
	size_t count = 0;
	int c;

	if (in == NULL)
		return 0;
	while ((c = getc(in)) != EOF)
		count += c == '\n';
	fclose(in);
	return count;
}

/* fsync and its kin per write, counted from outside where strace is there. */
static void measure_fsyncs(struct bench *bench)
{
	char path[BENCHHOME_PATH_BYTES], whom[16];
	size_t i, before;
	pid_t tracer;

	snprintf(path, sizeof path, "%s/trace", bench->dir);
	snprintf(whom, sizeof whom, "%d", (int)bench->a.pid);
	tracer = fork();
	if (tracer == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(127);
		execlp("strace", "strace", "-f", "-qq", "-e",
		       "trace=fsync,fdatasync,sync_file_range", "-o", path,
		       "-p", whom, (char *)NULL);
		_exit(127);
	}
	/* Attached when a write shows in its file; or not to be had. */
	for (i = 0; i < 50 && count_lines(path) == 0; i++) {
		add_next(bench);
		bench_pause_ms(20);
	}
	before = count_lines(path);
	for (i = 0; i < TRACED_WRITES && before > 0; i++)
		add_next(bench);
	bench_pause_ms(50);
	if (before > 0)
		note(bench, "fsyncs per write",
		     (double)(count_lines(path) - before) / TRACED_WRITES, "",
		     "aim", 1);
	kill(tracer, SIGINT);
	waitpid(tracer, NULL, 0);
	unlink(path);
}

/* Imports count entries in batches; the time of the calls alone. */
static double import_into(struct bench *bench, struct benchhome *home,
			  uint64_t count)
{
	double spent = 0, start;

	while (count > 0) {
		uint64_t batch = count < BATCH ? count : BATCH;
		uint64_t i;

		mp_put_map(&home->link.params, 1);
		mp_put_cstr(&home->link.params, "entries");
		mp_put_array(&home->link.params, batch);
		for (i = 0; i < batch; i++)
			benchwords_put_entry(&home->link.params, bench->next++);
		start = bench_now_ms();
		if (benchlink_number(benchlink_call(&home->link, "import"),
				     "added", 0) != batch)
			bench_end("an import did not take all");
		spent += bench_now_ms() - start;
		count -= batch;
	}
	return spent;
}

/* ---- sync ---- */

static void sync_begin(struct benchhome *home)
{
	mp_put_map(&home->link.params, 1);
	mp_put_cstr(&home->link.params, "wait_ms");
	mp_put_uint(&home->link.params, SYNC_MS);
	benchlink_send(&home->link, "sync");
}

static void expect_sync(struct bench *bench)
{
	struct bytes list =
		benchlink_find(benchlink_take(&bench->b.link), "devices");
	struct mp_reader reader = mp_reader(list);
	struct bytes device;
	bool in_sync = false;
	size_t count;

	if (mp_read_array(&reader, &count) != 0 || count != 1 ||
	    mp_read_raw(&reader, &device) != 0)
		bench_end("sync answers something else");
	reader = mp_reader(benchlink_find(device, "in_sync"));
	if (mp_read_bool(&reader, &in_sync) != 0 || !in_sync)
		bench_end("two devices did not get in sync");
}

static bool finds(struct benchlink *link, uint64_t no)
{
	char mark[BENCHWORDS_MARK_BYTES];

	benchwords_mark(no, mark);
	mp_put_map(&link->params, 1);
	mp_put_cstr(&link->params, "query");
	mp_put_cstr(&link->params, mark);
	return benchlink_number(benchlink_call(link, "search"), "total", 0) ==
	       1;
}

static void measure_first_sync(struct bench *bench)
{
	double start, listed, searchable;
	struct benchlink eye;
	uint64_t want = entry_count(&bench->a);
	uint64_t bytes = cable_bytes(&bench->cable);

	benchlink_open(&eye, bench->b.socket);
	cable_mend(&bench->cable);
	start = bench_now_ms();
	sync_begin(&bench->b);
	while (benchlink_number(benchlink_call(&eye, "status"), "entries", 0) <
	       want)
		bench_pause_ms(2);
	listed = bench_now_ms() - start;
	while (!finds(&eye, 0))
		bench_pause_ms(2);
	searchable = bench_now_ms() - start;
	expect_sync(bench);
	bytes = cable_bytes(&bench->cable) - bytes;
	if (bytes < want * CABLE_LEAST)
		bench_end("the devices found another way than the cable");
	benchlink_close(&eye);
	note(bench, "first sync to durable and listed", listed, "ms", "floor",
	     bench->floor_row_us * (double)want / 1e3);
	note(bench, "  the same, aim", listed, "ms", "aim",
	     0.035 * (double)want);
	note(bench, "first sync to searchable", searchable, "ms", "aim",
	     0.045 * (double)want);
	note(bench, "wire bytes per entry", (double)bytes / (double)want, "B",
	     "aim", 1250);
}

static void measure_live(struct bench *bench)
{
	double times[LIVE_TIMES];
	struct benchlink eye;
	size_t i;

	benchlink_open(&eye, bench->b.socket);
	benchlink_call(&eye, "watch");
	for (i = 0; i < LIVE_TIMES; i++) {
		double start = bench_now_ms();

		add_next(bench);
		benchlink_wait_event(&eye, "entry");
		times[i] = bench_now_ms() - start;
		bench_pause_ms(5);
	}
	benchlink_close(&eye);
	note(bench, "live, call to seen there, median",
	     bench_quantile(times, LIVE_TIMES, 0.5), "ms", "aim", 2);
	note(bench, "live, p95", bench_quantile(times, LIVE_TIMES, 0.95), "ms",
	     "aim", 5);
}

static void settle(struct bench *bench)
{
	sync_begin(&bench->b);
	expect_sync(bench);
}

static void measure_apart(struct bench *bench)
{
	uint64_t want = entry_count(&bench->a) + 2 * APART;
	uint64_t bytes;
	double start;

	cable_cut(&bench->cable);
	import_into(bench, &bench->a, APART);
	import_into(bench, &bench->b, APART);
	bytes = cable_bytes(&bench->cable);
	cable_mend(&bench->cable);
	start = bench_now_ms();
	settle(bench);
	while (entry_count(&bench->a) < want || entry_count(&bench->b) < want)
		bench_pause_ms(1);
	note(bench, "100 + 100 apart, to both", bench_now_ms() - start, "ms",
	     "aim", 30);
	note(bench, "100 + 100 apart, bytes",
	     (double)(cable_bytes(&bench->cable) - bytes), "B", "aim", 260000);
}

static void measure_reconnect(struct bench *bench)
{
	double times[TRIES];
	uint64_t bytes = 0, turns = 0;
	size_t i;

	for (i = 0; i < TRIES; i++) {
		double start;

		bench_pause_ms(60);
		cable_cut(&bench->cable);
		bench_pause_ms(60);
		bytes = cable_bytes(&bench->cable);
		turns = atomic_load(&bench->cable.turns);
		cable_mend(&bench->cable);
		start = bench_now_ms();
		settle(bench);
		times[i] = bench_now_ms() - start;
	}
	bench_pause_ms(100);
	bytes = cable_bytes(&bench->cable) - bytes;
	turns = atomic_load(&bench->cable.turns) - turns;
	note(bench, "reconnect in sync, median",
	     bench_quantile(times, TRIES, 0.5), "ms", "aim", 5);
	note(bench, "reconnect in sync, bytes", (double)bytes, "B", "aim", 300);
	note(bench, "reconnect in sync, round trips", (double)turns / 2, "",
	     "aim", 1);
}

/* ---- unlock, search, memory, disk ---- */

static double stretch_ms(void)
{
	const struct password_cost cost = { .memory_bytes = BENCH_KDF_MEMORY,
					    .passes = BENCH_KDF_PASSES };
	const struct id16 salt = { { 1 } };
	double times[TRIES];
	struct slot_key key;
	size_t i;

	for (i = 0; i < TRIES; i++) {
		double start = bench_now_ms();

		if (password_stretch(bytes_from_str(BENCH_PASSPHRASE), &salt,
				     &cost, &key) != 0)
			bench_end("Argon2");
		times[i] = bench_now_ms() - start;
	}
	return bench_quantile(times, TRIES, 0.5);
}

static void list_first(struct benchhome *home)
{
	mp_put_map(&home->link.params, 1);
	mp_put_cstr(&home->link.params, "limit");
	mp_put_uint(&home->link.params, 20);
	benchlink_call(&home->link, "log");
}

static void measure_unlock(struct bench *bench)
{
	double listed[TRIES], found[TRIES], stretch = stretch_ms();
	struct benchhome *home = &bench->b;
	size_t i;

	for (i = 0; i < TRIES; i++) {
		double start;

		benchlink_call(&home->link, "lock");
		start = bench_now_ms();
		benchhome_unlock(home);
		list_first(home);
		listed[i] = bench_now_ms() - start - stretch;
		while (!finds(&home->link, 0))
			bench_pause_ms(1);
		found[i] = bench_now_ms() - start - stretch;
	}
	note(bench, "unlock to first list, Argon2 aside",
	     bench_quantile(listed, TRIES, 0.5), "ms", "aim", 5);
	note(bench, "unlock to searchable", bench_quantile(found, TRIES, 0.5),
	     "ms", "aim", 80);
	note(bench, "Argon2 of the bench, taken off", stretch, "ms", "", 0);
}

static void measure_start(struct bench *bench)
{
	struct benchhome *home = &bench->b;
	double start;

	benchhome_stop(home);
	note(bench, "disk per entry",
	     (double)benchhome_disk(home) / (double)bench->next, "B", "aim",
	     1600);
	start = bench_now_ms();
	benchhome_restart(home);
	note(bench, "memory, locked", (double)benchhome_memory(home) / 1e6,
	     "MB", "aim", 10);
	benchhome_unlock(home);
	list_first(home);
	note(bench, "process start to first list, with Argon2",
	     bench_now_ms() - start, "ms", "", 0);
	while (!finds(&home->link, 0))
		bench_pause_ms(2);
	note(bench, "memory, unlocked and searchable",
	     (double)benchhome_memory(home) / 1e6, "MB", "aim", 25);
}

static void measure_search(struct bench *bench)
{
	static const char *const queries[] = { "the", "evidence calm",
					       "\"felt like\"", "anx*",
					       "markov" };
	static const char *const names[] = { "search a common word, first 20",
					     "search two words",
					     "search a phrase",
					     "search a beginning",
					     "search what is not there" };
	static const double aims[] = { 1, 1, 1, 1, 5 };
	double times[SEARCHES];
	size_t i, j;

	for (i = 0; i < KEPT_ARRAY_COUNT(queries); i++) {
		for (j = 0; j < SEARCHES; j++) {
			struct buf *params = &bench->b.link.params;
			double start;

			mp_put_map(params, 2);
			mp_put_cstr(params, "query");
			mp_put_cstr(params, queries[i]);
			mp_put_cstr(params, "limit");
			mp_put_uint(params, 20);
			start = bench_now_ms();
			benchlink_call(&bench->b.link, "search");
			times[j] = bench_now_ms() - start;
		}
		note(bench, names[i], bench_quantile(times, SEARCHES, 0.5),
		     "ms", "aim", aims[i]);
	}
}

/* ---- the whole ---- */

static void prepare(struct bench *bench)
{
	struct benchhome *a = &bench->a, *b = &bench->b;
	char address[64];
	struct buf *params;

	benchhome_start(a, bench->dir, "laptop");
	benchhome_start(b, bench->dir, "phone");
	/* Nowhere while they pair, so that no way but the cable is learned. */
	benchhome_set(a, "listen", "none");
	benchhome_set(b, "listen", "none");
	benchhome_set(a, "discovery", "off");
	benchhome_set(b, "discovery", "off");
	benchhome_init(a);
	benchhome_pair(a, b);
	benchhome_set(a, "listen", "127.0.0.1:0");
	cable_start(&bench->cable, benchhome_port(a), NULL);
	cable_cut(&bench->cable);
	/* From here on the phone knows one way only. */
	snprintf(address, sizeof address, "127.0.0.1:%u", bench->cable.port);
	params = &b->link.params;
	mp_put_map(params, 2);
	mp_put_cstr(params, "address");
	mp_put_cstr(params, address);
	mp_put_cstr(params, "device");
	mp_put_cstr(params, "laptop");
	benchlink_call(&b->link, "peers_add");
}

static void measure(struct bench *bench)
{
	uint64_t rest;
	double spent;

	prepare(bench);
	measure_writes(bench);
	measure_pairs(bench);
	measure_fsyncs(bench);
	rest = bench->next < bench->n ? bench->n - bench->next : BATCH;
	spent = import_into(bench, &bench->a, rest);
	note(bench, "batched import, a second", (double)rest / spent * 1e3, "",
	     "aim", 40000);
	measure_first_sync(bench);
	measure_live(bench);
	measure_apart(bench);
	measure_reconnect(bench);
	measure_unlock(bench);
	measure_start(bench);
	measure_search(bench);
	benchhome_stop(&bench->a);
	benchhome_stop(&bench->b);
	cable_stop(&bench->cable);
}

static void print_table(const struct bench *bench, double json_bytes)
{
	size_t i;

	printf("%llu entries of %.0f B as JSON; ratio below 1 is better than "
	       "what stands beside it\n",
	       (unsigned long long)bench->n, json_bytes);
	for (i = 0; i < bench->figure_count; i++) {
		const struct figure *figure = &bench->figures[i];

		printf("  %-42s %10.2f %-3s", figure->name, figure->value,
		       figure->unit);
		if (figure->beside > 0)
			printf("  %-5s %10.2f  ratio %6.2f", figure->what,
			       figure->beside, figure->value / figure->beside);
		putchar('\n');
	}
}

static void print_json(const struct bench *bench, double json_bytes)
{
	size_t i;

	printf("{\"bench\":\"kept\",\"n\":%llu,\"json_bytes\":%.0f,"
	       "\"figures\":[",
	       (unsigned long long)bench->n, json_bytes);
	for (i = 0; i < bench->figure_count; i++) {
		const struct figure *figure = &bench->figures[i];

		printf("%s{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\","
		       "\"beside\":\"%s\",\"of\":%.3f}",
		       i > 0 ? "," : "", figure->name, figure->value,
		       figure->unit, figure->what, figure->beside);
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	static struct bench bench;
	double json_bytes = 0;
	uint64_t i;

	if (argc != 7)
		bench_end("bench.sh knows how to call this");
	signal(SIGPIPE, SIG_IGN);
	bench.dir = argv[1];
	bench.n = strtoull(argv[2], NULL, 10);
	bench.floor_commit_us = strtod(argv[4], NULL);
	bench.floor_commit_p99_us = strtod(argv[5], NULL);
	bench.floor_row_us = strtod(argv[6], NULL);
	if (bench.n < 2 * WRITES)
		bench_end("N has to be 2000 or more");
	if (crypto_start() != 0)
		bench_end("libsodium did not start");
	for (i = 0; i < 1000; i++)
		json_bytes += (double)benchwords_json_bytes(i) / 1000;
	measure(&bench);
	if (strcmp(argv[3], "json") == 0)
		print_json(&bench, json_bytes);
	else
		print_table(&bench, json_bytes);
	return 0;
}
