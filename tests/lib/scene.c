/*
 * scene.c - founds journals, lets people in, and folds what was written.
 */
#include "tests/lib/scene.h"

static struct scene scene;

const struct dot *scene_dots(const struct paper *const *papers, size_t count)
{
	static struct dot dots[LIMIT_CONTROL_DEPS];
	size_t i;

	for (i = 0; i < count; i++)
		dots[i] = paper_dot(papers[i]);
	return dots;
}

const struct deps none = { NULL, 0 };

struct paper *next(struct scene *s)
{
	assert_true(s->count < RECORDS);
	return &s->papers[s->count++];
}

static void fold_in_order(struct scene *s, bool backwards)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		s->records[backwards ? s->count - 1 - i : i] =
			paper_record(&s->papers[i]);
	arena_reset(&s->arena);
	assert_int_equal(
		roster_fold(s->records, s->count, &s->arena, &s->roster), 0);
}

enum roster_standing standing(const struct scene *s, const struct author *who)
{
	const struct roster_member *member =
		roster_find(&s->roster, &who->sign);

	return member == NULL ? ROSTER_VOID : member->standing;
}

/* Both orders say the same; the later one stays in s->roster. */
void fold(struct scene *s)
{
	enum roster_standing before[5];
	size_t counted;

	fold_in_order(s, true);
	before[0] = standing(s, &s->ana);
	before[1] = standing(s, &s->ben);
	before[2] = standing(s, &s->cai);
	before[3] = standing(s, &s->dor);
	before[4] = standing(s, &s->sheet);
	counted = s->roster.counted;
	fold_in_order(s, false);
	assert_int_equal(before[0], standing(s, &s->ana));
	assert_int_equal(before[1], standing(s, &s->ben));
	assert_int_equal(before[2], standing(s, &s->cai));
	assert_int_equal(before[3], standing(s, &s->dor));
	assert_int_equal(before[4], standing(s, &s->sheet));
	assert_int_equal(counted, s->roster.counted);
}

int scene_set_up(void **state)
{
	assert_int_equal(crypto_start(), 0);
	memset(&scene, 0, sizeof scene);
	author_init(&scene.ana, 1);
	author_init(&scene.ben, 2);
	author_init(&scene.cai, 3);
	author_init(&scene.dor, 4);
	author_init(&scene.sheet, 5);
	author_init(&scene.mallory, 6);
	arena_init(&scene.arena, (size_t)64 << 20);
	*state = &scene;
	return 0;
}

int scene_tear_down(void **state)
{
	(void)state;
	arena_release(&scene.arena);
	return 0;
}

/* ana's journal, with her data log. */
struct paper *found(struct scene *s)
{
	struct paper *last;

	author_genesis(&s->ana, next(s));
	last = next(s);
	author_open(&s->ana, &s->ana.data, none, last);
	author_join(&s->ben, &s->ana);
	author_join(&s->cai, &s->ana);
	author_join(&s->dor, &s->ana);
	author_join(&s->sheet, &s->ana);
	author_join(&s->mallory, &s->ana);
	return last;
}

/* giver adds, joiner opens its logs; returns the joiner's last. */
struct paper *let_in(struct scene *s, struct author *giver,
		     struct author *joiner, struct deps deps)
{
	struct paper *add = next(s);
	struct paper *open = next(s);
	struct paper *data = next(s);

	author_add(giver, joiner, deps, add);
	author_open(joiner, &joiner->control, ON(add), open);
	author_open(joiner, &joiner->data, none, data);
	return data;
}

/* ana, ben, cai; everybody knows everything. */
struct paper *three(struct scene *s)
{
	struct paper *ben, *cai, *met;
	const struct sign_public *to[3] = { &s->ana.sign, &s->ben.sign,
					    &s->cai.sign };

	found(s);
	ben = let_in(s, &s->ana, &s->ben, none);
	cai = let_in(s, &s->ana, &s->cai, ON(ben));
	met = next(s);
	author_rotate(&s->ana, 1, to, 3, ON(ben, cai), met);
	return met;
}

/* ana, ben, cai, and the phrase known to all. */
struct paper *three_and_phrase(struct scene *s)
{
	struct paper *last = three(s);
	struct paper *set = next(s);
	struct paper *open = next(s);

	author_recovery(&s->ana, &s->sheet, ON(last), set);
	author_open(&s->sheet, &s->sheet.control, ON(set), open);
	return open;
}
