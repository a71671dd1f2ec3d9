/*
 * test_roster_orders.c - every small history of membership.
 *
 * Goal: the fold is a function of the set of records, and the one the rules
 * say. Method: ana, ben, and cai know each other; then up to four records
 * are written, each by any of them, removing anybody or adding dor, each
 * knowing any of the earlier ones. All histories of three records, and of
 * four removals, are folded in two orders and compared with a second fold
 * that is as plain as can be: sets are bits, the past is a mask.
 */
#include "daemon/core/roster.h"

#include "tests/lib/author.h"

#define PEOPLE 4
#define BASE 6 /* records before the history begins */
#define MOST (BASE + 4)

enum { ANA, BEN, CAI, DOR };

/* The second fold's idea of a record. */
struct plain {
	uint8_t kind;
	int author, subject; /* -1: nobody */
	uint32_t past;
};

struct world {
	struct author people[PEOPLE];
	struct author start[PEOPLE]; /* as they were when history begins */
	struct paper papers[MOST];
	struct plain plain[MOST];
	size_t count;
	uint32_t maybe, sure; /* of the second fold */
	struct arena arena;
	uint64_t histories;
};

static struct world world;

/* ---- the second fold ---- */

static bool in(uint32_t set, size_t i)
{
	return (set >> i & 1) != 0;
}

static bool brought_in(const struct world *w, uint32_t counting, int who,
		       uint32_t past)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (in(counting & past, i) && w->plain[i].subject == who &&
		    w->plain[i].kind != CONTROL_REMOVE)
			return true;
	}
	return false;
}

static bool put_out(const struct world *w, uint32_t counting, int who,
		    uint32_t past)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (in(counting & past, i) && w->plain[i].subject == who &&
		    w->plain[i].kind == CONTROL_REMOVE)
			return true;
	}
	return false;
}

static bool beside(const struct world *w, size_t a, size_t b)
{
	return !in(w->plain[a].past, b) && !in(w->plain[b].past, a);
}

/* x removes y, y removes x, neither knowing; s knows both, is neither. */
static bool settles(const struct world *w, size_t s, size_t x, size_t y)
{
	const struct plain *r = w->plain;

	return r[s].kind == CONTROL_REMOVE && r[x].kind == CONTROL_REMOVE &&
	       r[y].kind == CONTROL_REMOVE && r[x].subject == r[y].author &&
	       r[y].subject == r[x].author && r[x].author != r[y].author &&
	       beside(w, x, y) && in(r[s].past, x) && in(r[s].past, y) &&
	       r[s].author != r[x].author && r[s].author != r[y].author;
}

static bool falls(const struct world *w, uint32_t against, size_t i)
{
	const struct plain *r = w->plain;
	size_t s, x, y;

	for (s = 0; s < w->count; s++) {
		if (!in(against, s) || r[s].kind != CONTROL_REMOVE || s == i)
			continue;
		/* Rule 2. */
		if (r[s].subject == r[i].author &&
		    (r[i].kind == CONTROL_LOG_OPEN ? in(r[i].past, s)
						   : !in(r[s].past, i)))
			return true;
		/* Rule 4. */
		if (r[i].kind == CONTROL_ADD && r[s].subject == r[i].subject &&
		    in(r[i].past, s))
			return true;
		for (y = 0; y < w->count; y++) {
			/* Rule 3: it undoes that one's removal of the
			 * other. */
			if (settles(w, s, i, y) && r[s].subject == r[i].author)
				return true;
			/* Third members on both sides: open. */
			for (x = 0; x < w->count; x++) {
				if (settles(w, i, x, y) &&
				    settles(w, s, x, y) &&
				    r[i].subject == r[x].author &&
				    r[s].subject == r[y].author)
					return true;
			}
		}
	}
	return false;
}

static uint32_t weigh(const struct world *w, uint32_t against)
{
	uint32_t now = 0;
	size_t i;
	int who;

	for (i = 0; i < w->count; i++) {
		const struct plain *r = &w->plain[i];
		bool others = false;
		bool good;

		if (r->kind == CONTROL_GENESIS) {
			now |= UINT32_C(1) << i;
			continue;
		}
		good = brought_in(w, now, r->author, r->past) &&
		       !falls(w, against, i);
		for (who = 0; who < PEOPLE; who++)
			others = others || (who != r->author &&
					    brought_in(w, now, who, r->past) &&
					    !put_out(w, against, who, r->past));
		if (r->kind == CONTROL_REMOVE)
			good = good &&
			       brought_in(w, now, r->subject, r->past) &&
			       (r->author != r->subject || others);
		if (good)
			now |= UINT32_C(1) << i;
	}
	return now;
}

/* Closes in from both sides until neither moves. */
static void solve(struct world *w)
{
	uint32_t before;

	w->maybe = weigh(w, 0);
	do {
		before = w->maybe;
		w->sure = weigh(w, w->maybe);
		w->maybe = weigh(w, w->sure);
	} while (w->maybe != before);
}

static enum roster_standing expect(const struct world *w, int who)
{
	uint32_t everything = (UINT32_C(1) << w->count) - 1;

	if (!brought_in(w, w->maybe, who, everything))
		return ROSTER_VOID;
	if (put_out(w, w->sure, who, everything))
		return ROSTER_REMOVED;
	if (put_out(w, w->maybe, who, everything))
		return ROSTER_SUSPENDED;
	/* dor never opens a log. */
	return who == DOR ? ROSTER_PENDING : ROSTER_MEMBER;
}

/* ---- histories ---- */

static void write_plain(struct world *w, uint8_t kind, int author, int subject,
			uint32_t past)
{
	w->plain[w->count++] = (struct plain){ kind, author, subject, past };
}

/* Everything the records in `known` know, and they themselves; and what the
 * author wrote before. */
static uint32_t close_past(const struct world *w, uint32_t known, int author)
{
	uint32_t past = known;
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->plain[i].author == author)
			past |= UINT32_C(1) << i;
	}
	for (i = w->count; i > 0; i--) {
		if (in(past, i - 1))
			past |= w->plain[i - 1].past;
	}
	return past;
}

static struct deps dots_of(const struct world *w, uint32_t set)
{
	static struct dot dots[MOST];
	size_t i, count = 0;

	for (i = 0; i < w->count; i++) {
		if (in(set, i))
			dots[count++] = paper_dot(&w->papers[i]);
	}
	return (struct deps){ dots, count };
}

static void begin(struct world *w)
{
	const struct deps none = { NULL, 0 };
	uint32_t all;
	int who;

	for (who = 0; who < PEOPLE; who++) {
		author_init(&w->people[who], (uint8_t)(who + 1));
		w->people[who].skips_signing = true;
	}
	author_genesis(&w->people[ANA], &w->papers[0]);
	write_plain(w, CONTROL_GENESIS, ANA, ANA, 0);
	for (who = BEN; who <= CAI; who++) {
		author_join(&w->people[who], &w->people[ANA]);
		author_add(&w->people[ANA], &w->people[who], none,
			   &w->papers[w->count]);
		write_plain(w, CONTROL_ADD, ANA, who, close_past(w, 0, ANA));
	}
	all = 7;
	for (who = BEN; who <= CAI; who++) {
		author_open(&w->people[who], &w->people[who].control,
			    dots_of(w, all), &w->papers[w->count]);
		write_plain(w, CONTROL_LOG_OPEN, who, -1, all);
	}
	/* ben and ana have seen cai's log, so that all know of all. */
	author_rotate(&w->people[ANA], 1, NULL, 0, dots_of(w, 31),
		      &w->papers[w->count]);
	write_plain(w, CONTROL_ROTATE, ANA, -1, 31);
	assert_int_equal(w->count, BASE);
	memcpy(w->start, w->people, sizeof w->start);
}

static void check(struct world *w)
{
	struct roster_record records[MOST];
	struct roster roster;
	size_t i;
	int turned, who;

	solve(w);
	for (turned = 0; turned < 2; turned++) {
		for (i = 0; i < w->count; i++)
			records[turned ? w->count - 1 - i : i] =
				paper_record(&w->papers[i]);
		arena_reset(&w->arena);
		assert_int_equal(
			roster_fold(records, w->count, &w->arena, &roster), 0);
		for (who = 0; who < PEOPLE; who++) {
			const struct roster_member *member =
				roster_find(&roster, &w->people[who].sign);
			enum roster_standing got =
				member == NULL ? ROSTER_VOID : member->standing;

			if (got != expect(w, who))
				fail_msg("history %llu, person %d: %d, not %d",
					 (unsigned long long)w->histories, who,
					 (int)got, (int)expect(w, who));
		}
	}
	w->histories++;
}

/* One more record: op 0..3 removes that person, 4 adds dor. */
static void extend(struct world *w, int author, int op, uint32_t known)
{
	struct paper *paper = &w->papers[w->count];
	uint32_t past = close_past(w, known, author);
	struct deps deps = dots_of(w, known);

	if (op == PEOPLE) {
		author_add(&w->people[author], &w->people[DOR], deps, paper);
		write_plain(w, CONTROL_ADD, author, DOR, past);
	} else {
		author_remove(&w->people[author], &w->people[op].sign, NULL, 0,
			      deps, paper);
		write_plain(w, CONTROL_REMOVE, author, op, past);
	}
}

struct choice {
	int author, op;
	uint32_t knows; /* of the records of this history so far */
};

/* The n-th of all choices for a record with `before` others before it. */
static bool pick(uint64_t *n, size_t before, const int *ops, int op_count,
		 struct choice *out)
{
	uint64_t knowledge = UINT64_C(1) << before;

	out->author = (int)(*n % 3);
	*n /= 3;
	out->op = ops[*n % (uint64_t)op_count];
	*n /= (uint64_t)op_count;
	out->knows = (uint32_t)(*n % knowledge);
	*n /= knowledge;
	return true;
}

static uint64_t histories_of(size_t records, int op_count)
{
	uint64_t total = 1;
	size_t i;

	for (i = 0; i < records; i++)
		total *= 3u * (uint64_t)op_count << i;
	return total;
}

static void run_history(struct world *w, uint64_t n, size_t records,
			const int *ops, int op_count)
{
	size_t i;

	w->count = BASE;
	memcpy(w->people, w->start, sizeof w->people);
	for (i = 0; i < records; i++) {
		struct choice choice;

		(void)pick(&n, i, ops, op_count, &choice);
		/* Everybody knows how it began. */
		extend(w, choice.author, choice.op, 63u | choice.knows << BASE);
	}
	check(w);
}

static const int all_ops[] = { ANA, BEN, CAI, DOR, PEOPLE };
static const int removals[] = { ANA, BEN, CAI };

static int set_up(void **state)
{
	assert_int_equal(crypto_start(), 0);
	arena_init(&world.arena, (size_t)16 << 20);
	begin(&world);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&world.arena);
	return 0;
}

static void every_history_of_two_records(void **state)
{
	uint64_t total = histories_of(2, 5);
	uint64_t n;

	for (n = 0; n < total; n++)
		run_history(*state, n, 2, all_ops, 5);
	assert_int_equal(total, 450);
}

static void every_history_of_three_removals(void **state)
{
	uint64_t total = histories_of(3, 3);
	uint64_t n;

	for (n = 0; n < total; n++)
		run_history(*state, n, 3, removals, 3);
	assert_int_equal(total, 5832);
}

/* A stride coprime to the number of choices; SOAK=1 takes all of them. */
static uint64_t stride(uint64_t wanted)
{
	return getenv("SOAK") != NULL ? 1 : wanted;
}

static void histories_of_three_records(void **state)
{
	uint64_t total = histories_of(3, 5);
	uint64_t step = stride(7);
	uint64_t n;

	for (n = 0; n < total; n += step)
		run_history(*state, n, 3, all_ops, 5);
}

static void histories_of_four_records(void **state)
{
	uint64_t total = histories_of(4, 5);
	uint64_t step = stride(1201);
	uint64_t n;

	for (n = 0; n < total; n += step)
		run_history(*state, n, 4, all_ops, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_history_of_two_records),
		cmocka_unit_test(every_history_of_three_removals),
		cmocka_unit_test(histories_of_three_records),
		cmocka_unit_test(histories_of_four_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
