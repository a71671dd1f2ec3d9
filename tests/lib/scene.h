/*
 * scene.h - people whose membership is written by hand, record by record.
 */
#ifndef KEPT_TESTS_SCENE_H
#define KEPT_TESTS_SCENE_H

#include "tests/lib/author.h"

#define RECORDS 80

struct scene {
	struct author ana, ben, cai, dor, sheet, mallory;
	struct paper papers[RECORDS];
	struct roster_record records[RECORDS];
	size_t count;
	struct arena arena;
	struct roster roster;
};

/* For cmocka_unit_test_setup_teardown. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* Deps on these papers. Borrow until the next ON. */
const struct dot *scene_dots(const struct paper *const *papers, size_t count);
#define ON_COUNT(...) \
	(sizeof((const struct paper *[]){ __VA_ARGS__ }) / sizeof(void *))
#define ON(...) \
	((struct deps){ scene_dots((const struct paper *[]){ __VA_ARGS__ }, \
				   ON_COUNT(__VA_ARGS__)), \
			ON_COUNT(__VA_ARGS__) })
extern const struct deps none;

/* A fresh sheet. */
struct paper *next(struct scene *s);
/* Both orders say the same. */
void fold(struct scene *s);
enum roster_standing standing(const struct scene *s, const struct author *who);

/* ana's journal, with her data log. */
struct paper *found(struct scene *s);
/* giver adds, joiner opens its logs; returns the joiner's last. */
struct paper *let_in(struct scene *s, struct author *giver,
		     struct author *joiner, struct deps deps);
/* ana, ben, cai; everybody knows everything. */
struct paper *three(struct scene *s);
/* The same, and a phrase known to all. */
struct paper *three_and_phrase(struct scene *s);

#endif
